/**
 * The flow that an able user of Node-RED builds for this: `http in`, a function that reads the event and knows the
 * client's task from a map in memory, `http request`s that keep their connections, and `http response` at the end of the
 * chain, so that Chatra is answered 200 when Planfix has the comment and 502 when it has not. Answering at the beginning
 * would be faster, but would lose the order within a chat. Of Chatra's events it reads the fragments alone: the others
 * repeat their messages.
 */

const READ_EVENT = `
const { eventName, client, messages } = msg.payload
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\\n/g, '<br>')
const texts = eventName === 'chatFragment' ? messages.filter(({ type }) => type === 'client').map(({ text }) => escaped(text)) : []
if (texts.length === 0) {
  msg.statusCode = 201
  return [null, null, msg]
}
msg.client = client
msg.text = texts.join('<br>')
msg.known = flow.get('known').get(client.id)
if (msg.known) return [msg, null, null]
msg.url = env.get('PLANFIX_URL') + '/contact/'
msg.headers = { authorization: env.get('PLANFIX_AUTHORIZATION') }
msg.payload = { template: { id: 5 }, name: client.displayedName }
return [null, msg, null]`

const NEW_TASK = `
if (msg.statusCode !== 201) return [null, msg]
msg.contact = 'contact:' + msg.payload.id
msg.url = env.get('PLANFIX_URL') + '/task/'
msg.headers = { authorization: env.get('PLANFIX_AUTHORIZATION') }
msg.payload = {
  template: { id: 12 },
  name: msg.client.displayedName + ' (Chatra)',
  counterparty: { id: msg.contact },
  description: 'A chat on the site',
}
return [msg, null]`

const REMEMBER = `
if (msg.statusCode !== 201) return [null, msg]
msg.known = { task: msg.payload.id, contact: msg.contact }
flow.get('known').set(msg.client.id, msg.known)
return [msg, null]`

const NEW_COMMENT = `
msg.url = env.get('PLANFIX_URL') + '/task/' + msg.known.task + '/comments/'
msg.headers = { authorization: env.get('PLANFIX_AUTHORIZATION') }
msg.payload = { description: msg.text, owner: { id: msg.known.contact } }
return msg`

const ANSWER = `
msg.statusCode = msg.statusCode === 201 ? 200 : 502
msg.headers = {}
msg.payload = ''
return msg`

const fn = (id: string, func: string, wires: string[][], initialize = '') => ({
  ...{ id, z: 'bridge', type: 'function', func, outputs: wires.length, wires },
  ...{ timeout: 0, noerr: 0, initialize, finalize: '', libs: [] },
})
const post = (id: string, next: string) => ({
  ...{ id, z: 'bridge', type: 'http request', method: 'POST', url: '', ret: 'obj', wires: [[next]] },
  ...{ paytoqs: 'ignore', persist: true, senderr: false, authType: '', tls: '', proxy: '', headers: [] },
})

/** Node-RED's `flow.json`. PLANFIX_URL and PLANFIX_AUTHORIZATION come from the environment. */
export const NODE_RED_FLOW = [
  { id: 'bridge', type: 'tab', label: 'Chatra to Planfix', disabled: false, info: '' },
  {
    ...{ id: 'chatra', z: 'bridge', type: 'http in', url: '/chatra', method: 'post' },
    ...{ upload: false, swaggerDoc: '', wires: [['read event']] },
  },
  fn(
    'read event',
    READ_EVENT,
    [['new comment'], ['make contact'], ['answer']],
    "flow.set('known', new Map())",
  ),
  post('make contact', 'new task'),
  fn('new task', NEW_TASK, [['make task'], ['answer']]),
  post('make task', 'remember'),
  fn('remember', REMEMBER, [['new comment'], ['answer']]),
  fn('new comment', NEW_COMMENT, [['make comment']]),
  post('make comment', 'answer'),
  fn('answer', ANSWER, [['response']]),
  {
    ...{ id: 'response', z: 'bridge', type: 'http response', statusCode: '', headers: {} },
    wires: [],
  },
]
