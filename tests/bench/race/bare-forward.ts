import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/**
 * The floor: the least that a Node program can do to forward Chatra's messages to Planfix. It does what the flow of
 * Node-RED does, and stores nothing. Arguments: port, Planfix's REST address, its token.
 */
const [port = '0', address = '', token = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const known = new Map<string, { task: number; contact: string }>()

interface Event {
  eventName: string
  client: { id: string; displayedName: string }
  messages?: { type: string; text: string }[]
}

/** Posts a body; returns the id of what was made. */
async function post(path: string, body: object): Promise<number> {
  const payload = Buffer.from(JSON.stringify(body))
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': payload.length,
  }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(`${address}${path}`, { method: 'POST', agent, headers }, resolve)
    sent.on('error', reject)
    sent.end(payload)
  })
  const json = await text(answer)
  if (answer.statusCode !== 201) throw new Error(`Planfix answered ${answer.statusCode}`)
  return (JSON.parse(json) as { id: number }).id
}

async function forward({ eventName, client, messages = [] }: Event): Promise<void> {
  const texts = messages.filter(({ type }) => type === 'client').map((message) => escaped(message.text))
  if (eventName !== 'chatFragment' || texts.length === 0) return
  const { task, contact } = known.get(client.id) ?? (await made(client))
  await post(`/task/${task}/comments/`, { description: texts.join('<br>'), owner: { id: contact } })
}

async function made({ id, displayedName }: Event['client']) {
  const contact = `contact:${await post('/contact/', { template: { id: 5 }, name: displayedName })}`
  const task = await post('/task/', {
    template: { id: 12 },
    name: `${displayedName} (Chatra)`,
    counterparty: { id: contact },
    description: 'A chat on the site',
  })
  const both = { task, contact }
  known.set(id, both)
  return both
}

const escaped = (plain: string) =>
  plain.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\n/g, '<br>')

const statusFor = (incoming: IncomingMessage): Promise<number> =>
  text(incoming)
    .then((body) => forward(JSON.parse(body) as Event))
    .then(
      () => 200,
      () => 502,
    )

createServer((incoming, response) => {
  void statusFor(incoming).then((status) => response.writeHead(status, { 'content-length': 0 }).end())
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('{"event":"ready"}\n'))
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
