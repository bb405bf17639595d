import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type ChatChannel,
  type PlanfixSimulator,
  type PlanfixSwitches,
  readCallback,
  startPlanfixSimulator,
} from '../../../src/simulators/planfix/index.ts'

/** The Chat API of contracts/planfix.md §12 and contracts/planfix-chat.md: every command, error and switch. */

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

type Answer = { status: number; body: string } | 'timeout' | 'unreachable'
interface Scene {
  sim: PlanfixSimulator
  /** The receiver's answers, in order; the last one stays. */
  answers: Answer[]
}

async function scene(
  switches: Partial<PlanfixSwitches> = {},
  channel: Partial<ChatChannel> = {},
): Promise<Scene> {
  const answers: Answer[] = [{ status: 200, body: '{"success":true}' }]
  let now = Date.UTC(2026, 2, 2, 9)
  const sim = await startPlanfixSimulator({
    switches,
    now: () => now++,
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
    postChat: async () => (answers.length > 1 ? answers.shift() : answers[0]) as Answer,
    fetchFile: async (url) =>
      url.includes('gone') ? undefined : { content: Buffer.from(`bytes of ${url}`), type: 'image/png' },
  })
  open.push(() => sim.stop())
  sim.chats.connect({
    name: 'Shop',
    providerId: 'chatra-1',
    url: 'https://bridge.example/',
    token: 'ours',
    ...channel,
  })
  return { sim, answers }
}

async function ask(
  sim: PlanfixSimulator,
  cmd: string,
  fields: Record<string, string> | [string, string][] = {},
) {
  const own = { cmd, providerId: 'chatra-1', planfix_token: sim.chats.token }
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields)
  const given = new Set(pairs.map(([name]) => name))
  const all = [...Object.entries(own).filter(([name]) => !given.has(name)), ...pairs]
  const response = await fetch(sim.chats.url, { method: 'POST', body: new URLSearchParams(all) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? '' : (JSON.parse(text) as unknown) }
}

const hello = { chatId: 'c1', contactId: 'v1', contactName: 'Anna', message: 'Hello' }
const say = (sim: PlanfixSimulator, more: Record<string, string> = {}) =>
  ask(sim, 'newMessage', { ...hello, ...more })
const texts = (sim: PlanfixSimulator, taskId = 1041) => sim.comments(taskId).map((one) => one.description)
const ok = { status: 200, body: '' }
const badParameters = { status: 400, body: { error: 'Invalid parameters' } }

/** A client has written; an employee answers. The last callback's fields. */
async function answered(sim: PlanfixSimulator, html = '<p>Good day</p>', options = {}) {
  await say(sim)
  sim.employeeComments(1041, 6, html, options)
  await sim.flush()
  return sim.chats.callbacks.map(readCallback)
}

describe('newMessage', () => {
  test('the first message makes contact and task by the templates', async () => {
    const { sim } = await scene({}, { employees: ['user:7'] })
    const more = { contactLastName: 'Rusu', contactEmail: 'anna@example.com', contactPhone: '+37360000000' }
    expect(
      await say(sim, { ...more, 'data_Chat id': 'C-1', data_Nonsense: 'x', contactData: 'ads' }),
    ).toEqual(ok)
    const [task] = sim.tasks
    expect(task).toMatchObject({
      name: 'Anna Rusu (WebChat, Shop)',
      templateId: 12,
      assigner: 'contact:92',
      counterparty: 'contact:92',
      assignees: { users: ['user:5', 'user:7'], groups: [] },
      statusKey: 'new',
    })
    expect([...(task?.customFields ?? [])]).toEqual([[87, 'C-1']])
    expect(sim.contact(92)).toMatchObject({
      name: 'Anna',
      lastname: 'Rusu',
      email: 'anna@example.com',
      templateId: 5,
    })
    expect(sim.contact(92)?.chatProfile?.data).toBe('ads')
    expect(sim.comments(1041)).toMatchObject([
      {
        description: 'Hello',
        owner: 'contact:92',
        fromType: 'WebChatApi',
        isTaskDescription: true,
        byHand: false,
      },
    ])
  })

  test('a task without assignees in the template goes to the one who connected the chat', async () => {
    const { sim } = await scene()
    const [template] = sim.account.taskTemplates
    if (template) template.assignees = []
    await say(sim)
    expect(sim.task(1041)?.assignees.users).toEqual(['user:7'])
  })

  test('later messages join by chat and contact; another contact of the chat is another author', async () => {
    const { sim } = await scene()
    await say(sim)
    await say(sim, { message: 'And?' })
    await say(sim, { message: 'A note', contactId: 'robot', contactName: 'Robot' })
    await say(sim, { message: 'Other chat', chatId: 'c2' })
    expect(texts(sim)).toEqual(['Hello', 'And?', 'A note'])
    expect(sim.comments(1041).map((one) => one.owner)).toEqual(['contact:92', 'contact:92', 'contact:93'])
    expect(texts(sim, 1042)).toEqual(['Other chat'])
    expect(sim.contacts).toHaveLength(2)
  })

  test('chats of two providers do not meet, even with equal ids', async () => {
    const { sim } = await scene()
    sim.chats.connect({ providerId: 'chatra-2' })
    await say(sim)
    await say(sim, { providerId: 'chatra-2' })
    expect(sim.tasks.map((task) => task.chat?.providerId)).toEqual(['chatra-1', 'chatra-2'])
    expect(sim.contacts).toHaveLength(2)
  })

  test('a completed or deleted task is followed by a new one, unless the option is off', async () => {
    const { sim } = await scene()
    await say(sim)
    sim.completes(1041)
    await say(sim, { message: 'Again' })
    sim.deletesTask(1042)
    await say(sim, { message: 'Third' })
    expect([texts(sim, 1042), texts(sim, 1043)]).toEqual([['Again'], ['Third']])
    sim.chats.connect({ providerId: 'chatra-1', newTaskWhenNoneActive: false })
    sim.completes(1043)
    await say(sim, { message: 'Fourth' })
    expect(texts(sim, 1043)).toEqual(['Third', 'Fourth'])
    sim.deletesTask(1043, { forGood: true })
    await say(sim, { message: 'Fifth' })
    expect(sim.tasks.flatMap((task) => texts(sim, task.id))).toContain('Fifth')
  })

  test('an echo is a comment of the employee with that e-mail, else of the settings, else of the connector', async () => {
    const { sim } = await scene()
    await say(sim)
    await say(sim, { message: 'one', isEcho: 'true', userEmail: 'JULIA@shop.example' })
    await say(sim, { message: 'two', isEcho: '1', userEmail: 'stranger@example.com' })
    sim.chats.connect({ providerId: 'chatra-1', echoAuthor: 5 })
    await say(sim, { message: 'three', isEcho: 'true' })
    await say(sim, { message: 'four', isEcho: 'false' })
    expect(sim.comments(1041).map((one) => one.owner)).toEqual([
      'contact:92',
      'user:6',
      'user:7',
      'user:5',
      'contact:92',
    ])
    await sim.flush()
    expect(sim.chats.callbacks).toEqual([])
    expect(sim.mails).toEqual([])
  })

  test('an echo comes back as a callback when the switch says so', async () => {
    const { sim } = await scene({ 'webchat-echo-callback': 'yes' })
    await say(sim)
    await say(sim, { message: 'one', isEcho: 'true' })
    await sim.flush()
    expect(sim.chats.callbacks.map((one) => readCallback(one).fields.message)).toEqual(['one'])
  })

  test('attachments come as ordered pairs and are fetched; one that cannot be had is missing', async () => {
    const { sim } = await scene()
    await ask(sim, 'newMessage', [
      ...Object.entries(hello),
      ['attachments[name]', 'a.png'],
      ['attachments[url]', 'https://files.example/1'],
      ['attachments[name]', 'b.png'],
      ['attachments[url]', 'https://files.example/gone'],
      ['attachments[name]', 'c.png'],
      ['attachments[url]', 'https://files.example/3'],
    ])
    await sim.flush()
    expect(sim.files.map(({ name, content }) => [name, String(content)])).toEqual([
      ['a.png', 'bytes of https://files.example/1'],
      ['c.png', 'bytes of https://files.example/3'],
    ])
    expect(sim.comments(1041)[0]?.files).toHaveLength(2)
    expect(sim.chats.failedFetches).toEqual(['https://files.example/gone'])
  })

  test('files are there when the answer comes, where the switch says so', async () => {
    const { sim } = await scene({ 'webchat-file-fetch': 'before-answer' })
    await say(sim, { 'attachments[name]': 'a.png', 'attachments[url]': 'https://files.example/1' })
    expect(sim.files).toHaveLength(1)
  })

  test('wrong token, unknown provider, missing ids, no text, unknown command and JSON are refused', async () => {
    const { sim } = await scene()
    expect(await say(sim, { planfix_token: 'wrong' })).toEqual({
      status: 401,
      body: { error: 'Invalid token' },
    })
    for (const more of [
      ['providerId', 'x'],
      ['chatId', ''],
      ['contactId', ''],
      ['message', ''],
    ] as const)
      expect(await say(sim, { [more[0]]: more[1] }), more[0]).toEqual(badParameters)
    expect(await ask(sim, 'deleteMessage', hello)).toEqual(badParameters)
    const json = await fetch(sim.chats.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...hello,
        cmd: 'newMessage',
        providerId: 'chatra-1',
        planfix_token: sim.chats.token,
      }),
    })
    expect(json.status).toBe(401)
    expect((await fetch(sim.chats.url)).status).toBe(405)
    expect(sim.tasks).toEqual([])
  })

  test('a contact without a name gets its id for one', async () => {
    const { sim } = await scene()
    await say(sim, { contactName: '' })
    expect(sim.contact(92)?.name).toBe('v1')
  })
})

describe('getTask, getContact, updateContact, messageStatus', () => {
  test('getTask tells the number and whether the task is active; unknown chats are 400', async () => {
    const { sim } = await scene()
    expect(await ask(sim, 'getTask', { chatId: 'c1' })).toEqual({
      status: 400,
      body: { error: 'task not found' },
    })
    expect(await ask(sim, 'getTask')).toEqual(badParameters)
    await say(sim)
    const told = async () => (await ask(sim, 'getTask', { chatId: 'c1' })).body
    expect(await told()).toEqual({ data: '{"number":1041,"statusIsActive":true}' })
    sim.completes(1041)
    expect(await told()).toEqual({ data: '{"number":1041,"statusIsActive":false}' })
    expect((await ask(sim, 'getTask', { chatId: 'c1', planfix_token: '' })).status).toBe(401)
  })

  test('getContact tells the number, also after cards were merged; unknown contacts are 400', async () => {
    const { sim } = await scene()
    expect(await ask(sim, 'getContact')).toEqual(badParameters)
    expect(await ask(sim, 'getContact', { contactId: 'v1' })).toEqual({
      status: 400,
      body: { error: 'unknown contact' },
    })
    await say(sim)
    sim.createsContact({ name: 'Anna R.' })
    sim.mergesContacts(92, 93)
    expect((await ask(sim, 'getContact', { contactId: 'v1' })).body).toEqual({ data: '{"number":93}' })
    await say(sim, { message: 'Still me' })
    expect(sim.comments(1041).at(-1)?.owner).toBe('contact:93')
  })

  test('merged tasks keep the channel, or take the other one', async () => {
    const { sim } = await scene()
    await say(sim)
    await fetch(`${sim.restUrl}/task/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sim.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Order', template: { id: 12 } }),
    })
    sim.mergesTasks(1041, 1042)
    expect((await ask(sim, 'getTask', { chatId: 'c1' })).body).toEqual({
      data: '{"number":1042,"statusIsActive":true}',
    })
  })

  test('updateContact changes what is given', async () => {
    const { sim } = await scene()
    await say(sim, { contactEmail: 'anna@example.com' })
    const more = { contactId: 'v1', contactName: 'Ana', contactPhone: '+1', contactEmail: '' }
    expect(await ask(sim, 'updateContact', more)).toEqual(ok)
    expect(sim.contact(92)).toMatchObject({
      name: 'Ana',
      email: 'anna@example.com',
      phones: [{ number: '+1' }],
    })
    expect(await ask(sim, 'updateContact', { contactId: 'nobody', contactName: 'x' })).toEqual(badParameters)
    expect(await ask(sim, 'updateContact', { contactId: 'v1' })).toEqual(badParameters)
  })

  test.each([
    ['sent', 'sent', '✓ Sent'],
    ['read', 'read', '✓✓ Read'],
    ['error', 'error', '✗ Error: Chatra refused &#60;it&#62;'],
    ['whatever', 'sent', '✓ Sent'],
  ])('messageStatus %s shows at the comment as %s', async (given, stored, shown) => {
    const { sim } = await scene()
    const [callback] = await answered(sim)
    const messageId = callback?.fields.messageId ?? ''
    const messageStatusText = given === 'error' ? 'Chatra refused <it>' : ''
    const told = { messageId, messageStatus: given, messageStatusText }
    expect(await ask(sim, 'messageStatus', told)).toEqual(ok)
    expect(sim.comments(1041)[1]?.delivery?.status).toBe(stored)
    expect(await (await fetch(`${sim.url}/task/1041`)).text()).toContain(shown)
    expect(await ask(sim, 'messageStatus', { ...told, messageId: '999999' })).toEqual(badParameters)
  })
})

describe('callbacks', () => {
  test('an employee who notifies the client posts a form with the documented fields, and no e-mail', async () => {
    const { sim } = await scene()
    await say(sim, { contactEmail: 'anna@example.com' })
    const file = sim.addsFile('price list.pdf', 'bytes').id
    sim.employeeComments(1041, 6, '<p>Good day</p>', { files: [file] })
    await sim.flush()
    const [posted] = sim.chats.callbacks
    expect(posted).toMatchObject({ taskId: 1041, attempt: 1, url: 'https://bridge.example/', outcome: 200 })
    const { fields, attachments } = readCallback(posted as never)
    expect(fields).toEqual({
      cmd: 'newMessage',
      providerId: 'chatra-1',
      chatId: 'c1',
      messageId: String(posted?.commentId),
      token: 'ours',
      message: 'Good day',
      userName: 'Julia',
      userLastName: 'Popa',
      userIco: `${sim.url}/?action=getuserpic&id=6`,
      taskEmail: 'task.1041@planfix.invalid',
      integration: 'Shop',
    })
    expect(attachments).toEqual([{ name: 'price list.pdf', url: `${sim.url}/file/${file}/price%20list.pdf` }])
    expect(await (await fetch(attachments[0]?.url ?? '')).text()).toBe('bytes')
    expect(sim.mails).toEqual([])
  })

  test('hidden comments, comments without the client, and tasks of no chat post nothing', async () => {
    const { sim } = await scene()
    await say(sim)
    sim.employeeComments(1041, 6, 'a', { hidden: true })
    sim.employeeComments(1041, 6, 'b', { recipients: ['user:5'] })
    const task = sim.task(1041)
    if (task) delete task.chat
    sim.employeeComments(1041, 6, 'c')
    await sim.flush()
    expect(sim.chats.callbacks).toEqual([])
  })

  test('edits and deletions post nothing', async () => {
    const { sim } = await scene()
    await answered(sim)
    const id = sim.comments(1041)[1]?.id ?? 0
    sim.editsComment(id, 'changed')
    sim.deletesComment(id)
    await sim.flush()
    expect(sim.chats.callbacks).toHaveLength(1)
  })

  test.each([
    ['no', 0],
    ['yes', 1],
  ] as const)('a comment by REST goes to the chat: %s', async (position, posts) => {
    const { sim } = await scene({ 'rest-comment-pushed': position })
    await say(sim, { contactEmail: 'anna@example.com' })
    sim.account.robotSeesAll = true
    await fetch(`${sim.restUrl}/task/1041/comments/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sim.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        description: 'By REST',
        owner: { id: 'user:6' },
        recipients: { users: [{ id: 'contact:92' }] },
      }),
    })
    await sim.flush()
    expect(texts(sim)).toEqual(['Hello', 'By REST'])
    expect(sim.chats.callbacks).toHaveLength(posts)
    expect(sim.mails).toEqual([])
  })

  test('links become "label [ url ]" and quotes lines with ">>"', async () => {
    const { sim } = await scene()
    const html =
      '<p>See <a href="https://a.example/?a=1&amp;b=2">our page</a></p><blockquote><p>one</p><p>two</p></blockquote>' +
      '<p><a href="https://b.example">https://b.example</a> &lt;ok&gt;</p>'
    const [callback] = await answered(sim, html)
    expect(callback?.fields.message).toBe(
      'See our page [ https://a.example/?a=1&b=2 ]\n\n>> one\n>> two\nhttps://b.example <ok>',
    )
  })

  test('the Write button posts without chatId, and the answer brings the ids', async () => {
    const { sim, answers } = await scene({ 'webchat-first-message': 'on' }, { writeButton: true })
    sim.createsContact({ name: 'Boris', phones: [{ number: '+37361111111', type: 1 }] })
    answers.splice(
      0,
      1,
      { status: 200, body: '{}' },
      { status: 200, body: '{"chatId":"c9","contactId":"v9"}' },
    )
    const refused = sim.chats.writesFirst(92, 5, '<p>Hi</p>')
    await sim.flush()
    expect(refused.delivery?.text).toBe('The answer lacks chatId or contactId')
    sim.chats.writesFirst(92, 5, '<p>Hi</p>')
    await sim.flush()
    const sent = readCallback(sim.chats.callbacks[1] as never).fields
    expect(sent).toMatchObject({ contactPhone: '+37361111111', message: 'Hi' })
    expect(sent).not.toHaveProperty('chatId')
    await say(sim, { chatId: 'c9', contactId: 'v9', message: 'Yes?' })
    expect(sim.comments(1042).map((one) => [one.owner, one.description])).toEqual([
      ['user:5', '<p>Hi</p>'],
      ['contact:92', 'Yes?'],
    ])
  })

  test('there is no Write button by default', async () => {
    const { sim } = await scene({}, { writeButton: true })
    sim.createsContact({ name: 'Boris', phones: [{ number: '+37361111111', type: 1 }] })
    expect(() => sim.chats.writesFirst(92, 5, 'Hi')).toThrow('no button')
  })

  test.each([
    ['drop', ['b']],
    ['twice', ['a', 'a', 'b']],
    ['reorder', ['b', 'a']],
    ['delay', ['b', 'a']],
  ] as const)('the fault %s meets one callback', async (kind, order) => {
    const { sim } = await scene()
    await say(sim)
    sim.chats.addCallbackFault({ kind, ms: 60_000, times: 1 } as never)
    sim.employeeComments(1041, 6, 'a')
    sim.employeeComments(1041, 6, 'b')
    await sim.flush()
    sim.chats.flushCallbacks()
    await sim.flush()
    const arrived = sim.chats.callbacks.filter((one) => one.outcome !== 'dropped')
    expect(arrived.map((one) => readCallback(one).fields.message)).toEqual(order)
  })
})

describe('switches', () => {
  test.each([
    ['empty', ''],
    ['json-success', { success: true }],
    ['json-ids', { chatId: 'c1', contactId: 'v1' }],
  ] as const)('webchat-reply %s', async (position, body) => {
    const { sim } = await scene({ 'webchat-reply': position })
    expect(await say(sim)).toEqual({ status: 200, body })
  })

  test.each([
    ['object', { data: { number: 1041 } }],
    ['json-string', { data: '{"number":1041,"statusIsActive":true}' }],
    ['bare', { number: 1041 }],
  ] as const)('webchat-data-shape %s', async (position, body) => {
    const { sim } = await scene({ 'webchat-data-shape': position })
    await say(sim)
    expect(await ask(sim, 'getTask', { chatId: 'c1' })).toEqual({ status: 200, body })
  })

  test.each([
    ['doubles', ['Hello', 'Hello']],
    ['deduplicated', ['Hello']],
  ] as const)('webchat-repeat %s', async (position, stored) => {
    const { sim } = await scene({ 'webchat-repeat': position })
    await say(sim)
    await say(sim)
    expect(texts(sim)).toEqual(stored)
  })

  test.each([
    ['renames-each-time', 'Later (WebChat, Shop)'],
    ['first-only', 'First (WebChat, Shop)'],
  ] as const)('webchat-title %s; an empty title is harmless', async (position, name) => {
    const { sim } = await scene({ 'webchat-title': position })
    await say(sim, { title: 'First' })
    await say(sim, { title: 'Later' })
    await say(sim, { title: '' })
    expect(sim.task(1041)?.name).toBe(name)
  })

  test.each([
    ['first-found', 'contact:92'],
    ['new-contact', 'contact:93'],
  ] as const)('webchat-email-merge %s', async (position, owner) => {
    const { sim } = await scene({ 'webchat-email-merge': position })
    sim.createsContact({ name: 'Anna R.', email: 'Anna@example.com' })
    await say(sim, { contactEmail: 'anna@example.com' })
    expect(sim.task(1041)?.counterparty).toBe(owner)
  })

  test.each([
    ['400', badParameters],
    ['accepted', ok],
  ] as const)('webchat-empty-message %s', async (position, answer) => {
    const { sim } = await scene({ 'webchat-empty-message': position })
    const file = { 'attachments[name]': 'a.png', 'attachments[url]': 'https://files.example/1' }
    expect(await say(sim, { message: '', ...file })).toEqual(answer)
    expect(await say(sim, { message: '' })).toEqual(badParameters)
  })

  test.each([
    ['none', [200, 200]],
    ['429', [200, 429]],
    ['400-over-64k', [200, 400]],
  ] as const)('webchat-limit %s', async (position, statuses) => {
    const { sim } = await scene({ 'webchat-limit': position })
    const seen = [await say(sim), await say(sim, { message: 'x'.repeat(66_000) })]
    expect(seen.map(({ status }) => status)).toEqual(statuses)
  })

  test.each([
    ['no', 0],
    ['yes', 1],
  ] as const)('webchat-counts-as-rest %s', async (position, used) => {
    const { sim } = await scene({ 'webchat-counts-as-rest': position })
    await say(sim)
    expect(sim.limits.dailyUsed).toBe(used)
  })

  test.each([
    ['br-needed', 'onetwo<br>three'],
    ['kept', 'one<br>two<br>three'],
  ] as const)('webchat-newline %s', async (position, stored) => {
    const { sim } = await scene({ 'webchat-newline': position })
    await say(sim, { message: 'one\ntwo<br>three' })
    expect(texts(sim)).toEqual([stored])
  })

  test.each([
    ['lenient', '{"success":true}', undefined],
    ['strict', '{"success":true}', 'The answer lacks chatId or contactId'],
    ['strict', '{"chatId":"c1","contactId":"v1"}', undefined],
    ['lenient', 'not JSON', undefined],
  ] as const)('webchat-reply-check %s with %s', async (position, body, problem) => {
    const { sim, answers } = await scene({ 'webchat-reply-check': position })
    answers.splice(0, 1, { status: 200, body })
    await answered(sim)
    expect(sim.comments(1041)[1]?.delivery?.text).toBe(problem)
  })

  test('webchat-message-id absent, webchat-text html', async () => {
    const { sim } = await scene({ 'webchat-message-id': 'absent', 'webchat-text': 'html' })
    const [callback] = await answered(sim)
    expect(callback?.fields).not.toHaveProperty('messageId')
    expect(callback?.fields.message).toBe('<p>Good day</p>')
  })

  test('webchat-message-is-comment-id no: another number, and it takes ticks all the same', async () => {
    const { sim } = await scene({ 'webchat-message-is-comment-id': 'no' })
    const [callback] = await answered(sim)
    const comment = sim.comments(1041)[1]
    expect(callback?.fields.messageId).not.toBe(String(comment?.id))
    await ask(sim, 'messageStatus', { messageId: callback?.fields.messageId ?? '', messageStatus: 'sent' })
    expect(comment?.delivery?.status).toBe('sent')
  })

  test.each([
    ['with-id', /\?action=getuserpic&id=6$/],
    ['plain-url', /userpics\/Julia%20Popa\.png$/],
    ['empty', /^$/],
  ] as const)('webchat-user-ico %s', async (position, shape) => {
    const { sim } = await scene({ 'webchat-user-ico': position })
    const [callback] = await answered(sim)
    expect(callback?.fields.userIco).toMatch(shape)
  })

  test.each([
    ['off', 1],
    ['on', 2],
  ] as const)('webchat-delivery-twice %s', async (position, posts) => {
    const { sim } = await scene({ 'webchat-delivery-twice': position })
    expect(await answered(sim)).toHaveLength(posts)
  })

  const failure = { status: 503, body: '' } as const
  test.each([
    ['none', failure, [503]],
    ['none', 'unreachable', ['unreachable']],
    ['on-failure', failure, [503, 200]],
    ['on-failure', 'unreachable', ['unreachable', 200]],
    ['lost-while-down', 'timeout', ['timeout', 200]],
    ['lost-while-down', 'unreachable', ['unreachable']],
  ] as const)('webchat-delivery-retry %s after %o', async (position, first, outcomes) => {
    const { sim, answers } = await scene({ 'webchat-delivery-retry': position })
    answers.unshift(first)
    await answered(sim)
    expect(sim.comments(1041)[1]?.delivery?.status).toBe('error')
    sim.chats.flushCallbacks()
    await sim.flush()
    expect(sim.chats.callbacks.map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(sim.comments(1041)[1]?.delivery?.status).toBe(outcomes.length > 1 ? undefined : 'error')
  })
})

describe('faults, counts, settings', () => {
  test('a request can fail after it was executed, or never be executed, as in REST', async () => {
    const { sim } = await scene()
    sim.server.faults.add({
      kind: 'status',
      status: 502,
      afterWrite: true,
      path: '^/webchat/',
      times: 1,
      body: {},
    })
    expect((await say(sim)).status).toBe(502)
    sim.server.faults.add({ kind: 'reset-before-write', path: '^/webchat/', bodyHas: 'And', times: 1 })
    await expect(say(sim, { message: 'And?' })).rejects.toThrow()
    sim.nextWrites('504-after-commit')
    const response = await fetch(sim.chats.url, {
      method: 'POST',
      body: new URLSearchParams({
        ...hello,
        message: 'Last',
        cmd: 'newMessage',
        providerId: 'chatra-1',
        planfix_token: sim.chats.token,
      }),
    })
    expect(response.status).toBe(504)
    expect(texts(sim)).toEqual(['Hello', 'Last'])
  })

  test('REST and webchat requests are counted apart, without recording too', async () => {
    const { sim } = await scene()
    sim.server.recording = false
    await say(sim)
    await ask(sim, 'getTask', { chatId: 'c1' })
    await fetch(`${sim.restUrl}/ping`)
    await fetch(`${sim.url}/chats`)
    expect(sim.requestCounts).toEqual({ rest: 1, webchat: 2 })
    expect(await (await fetch(`${sim.url}/control/requestCounts`)).json()).toEqual({ rest: 1, webchat: 2 })
  })

  test('the page shows address and token, and its form saves a chat', async () => {
    const { sim } = await scene()
    const page = await (await fetch(`${sim.url}/chats`)).text()
    expect(page).toContain(`${sim.url}/webchat/api`)
    expect(page).toContain(sim.chats.token)
    expect(page).toContain('value="chatra-1"')
    const save = (body: object) =>
      fetch(`${sim.url}/control/chatChannel`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await save({ providerId: 'a~b' })).status).toBe(400)
    await save({ providerId: 'new', url: 'https://b.example/', token: 't' })
    expect(sim.chats.channels.map(({ providerId }) => providerId)).toEqual(['chatra-1', 'new'])
    sim.chats.disconnect('new')
    expect(sim.chats.channels).toHaveLength(1)
  })

  test('callbacks go out over HTTP by default', async () => {
    const bodies: string[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      bodies.push(`${request.headers['content-type']} ${body}`)
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const sim = await startPlanfixSimulator()
    open.push(async () => {
      server.closeAllConnections()
      server.close()
      await sim.stop()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    sim.chats.connect({ providerId: 'chatra-1', url, token: 'ours' })
    await answered(sim)
    expect(bodies[0]).toMatch(/^application\/x-www-form-urlencoded cmd=newMessage&/)
    expect(sim.chats.callbacks[0]?.outcome).toBe(200)
  })
})
