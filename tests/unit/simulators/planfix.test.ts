import { afterEach, describe, expect, test } from 'vitest'
import {
  chatSwitchTable,
  type PlanfixOptions,
  type PlanfixSimulator,
  type PlanfixSwitches,
  startPlanfixSimulator,
  switchTable,
} from '../../../src/simulators/planfix/index.ts'

const sourceId = '797f5a94-3689-4ac8-82fd-d749511ea2b2'
const objectId = '2b7e1516-28ae-5d2a-96ab-f7158809cf4f'
const running: PlanfixSimulator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()))
})

async function start(switches: Partial<PlanfixSwitches> = {}, options: PlanfixOptions = {}) {
  const simulator = await startPlanfixSimulator({
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
    timeScale: 0.001,
    ...options,
    switches,
  })
  running.push(simulator)
  return simulator
}

interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

async function ask(
  sim: PlanfixSimulator,
  method: string,
  path: string,
  body?: unknown,
  ms = 5000,
): Promise<Answer> {
  const response = await fetch(`${sim.restUrl}${path}`, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(ms),
    headers: {
      authorization: `Bearer ${sim.token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = /^[{[]/.test(text)
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text }
}

const get = (sim: PlanfixSimulator, path: string) => ask(sim, 'GET', path)
const post = (sim: PlanfixSimulator, path: string, body: unknown = {}, ms = 5000) =>
  ask(sim, 'POST', path, body, ms)
const hangs = (work: Promise<unknown>) => expect(work).rejects.toThrow(/timeout|aborted/i)

const anna = { template: { id: 5 }, name: 'Anna', email: 'anna@example.com' }
const chat = { template: { id: 12 }, name: 'Anna (Chatra)', counterparty: { id: 'contact:92' } }

/** A contact 92 and a task 1041 with it as counterparty. */
async function withTask(switches: Partial<PlanfixSwitches> = {}, options: PlanfixOptions = {}) {
  const sim = await start(switches, options)
  sim.createsContact({ name: 'Anna', email: 'anna@example.com' })
  const task = await post(sim, '/task/', chat)
  expect(task.body.id).toBe(1041)
  return sim
}
const shownTask = async (sim: PlanfixSimulator, fields: string) =>
  (await get(sim, `/task/1041?fields=${fields}`)).body.task
const listed = async (sim: PlanfixSimulator, body: Record<string, unknown> = {}) =>
  (await post(sim, '/task/1041/comments/list', { fields: 'id,description,sourceObjectId', ...body })).body
    .comments
const comment = (sim: PlanfixSimulator, body: Record<string, unknown> = {}) =>
  post(sim, '/task/1041/comments/', { description: 'hello', ...body })

describe('tasks', () => {
  test('the description is comment no. 1 of the feed', async () => {
    const sim = await start()
    await post(sim, '/task/', { name: 'x', template: { id: 12 }, description: '<p>first</p>' })
    await comment(sim)
    expect((await listed(sim)).map((entry: { description: string }) => entry.description)).toEqual([
      '<p>first</p>',
      'hello',
    ])
  })

  test('only the requested fields are returned, always the id, unknown ones ignored', async () => {
    const sim = await withTask()
    expect(await shownTask(sim, 'name,nonsense')).toEqual({ id: 1041, name: 'Anna (Chatra)' })
    expect(await shownTask(sim, '')).toEqual({ id: 1041 })
  })

  test('a custom field that the template lacks is silently lost', async () => {
    const sim = await start()
    const customFieldData = [
      { field: { id: 87 }, value: 'known' },
      { field: { id: 500 }, value: 'lost' },
    ]
    await post(sim, '/task/', { template: { id: 12 }, customFieldData })
    const task = await shownTask(sim, '87,500,customFieldData')
    expect(task.customFieldData).toHaveLength(1)
    const found = await post(sim, '/task/list', {
      filters: [{ type: 101, field: 87, operator: 'equal', value: 'known' }],
    })
    expect(found.body.tasks).toHaveLength(1)
  })

  test('filters are joined by AND and tasks come by ascending id, a page at a time', async () => {
    const sim = await withTask()
    for (let n = 0; n < 4; n++) await post(sim, '/task/', { ...chat, name: `more ${n}` })
    await post(sim, '/task/1043', { status: { id: 3 } })
    const filters = [
      { type: 7, operator: 'equal', value: 92 },
      { type: 10, operator: 'equal', value: [1, 2] },
      { type: 8, operator: 'equal', value: 'more' },
    ]
    const ids = async (body: object) =>
      (await post(sim, '/task/list', body)).body.tasks.map((task: { id: number }) => task.id)
    expect(await ids({ filters })).toEqual([1042, 1044, 1045])
    expect(await ids({ filters, offset: 1, pageSize: 1 })).toEqual([1044])
    expect(await ids({ filters: [{ type: 57, operator: 'equal', value: [1045, 1041] }] })).toEqual([
      1041, 1045,
    ])
    expect(await ids({ filters: [{ type: 2, operator: 'equal', value: 'user:5' }] })).toHaveLength(5)
    expect(await ids({ filters: [{ type: 39, operator: 'equal', value: 'user:7' }] })).toEqual([])
  })

  test('a date filter counts minutes in the zone of the account', async () => {
    let now = Date.UTC(2025, 9, 9, 8, 53, 30)
    const sim = await withTask({}, { now: () => now })
    now += 600_000
    sim.employeeComments(1041, 5, 'late')
    const found = async (type: number, dateFrom: string, dateTo: string) => {
      const value = { dateType: 'otherRange_withTime', dateFrom, dateTo }
      return (await post(sim, '/task/list', { filters: [{ type, operator: 'equal', value }] })).body.tasks
        .length
    }
    expect(await found(12, '09-10-2025 10:53', '09-10-2025 10:53')).toBe(1)
    expect(await found(12, '09-10-2025 10:54', '09-10-2025 11:00')).toBe(0)
    expect(await found(79, '09-10-2025 11:03', '09-10-2025 11:03')).toBe(1)
    expect(await found(21, '09-10-2025 11:04', '09-10-2025 11:09')).toBe(0)
  })

  test('an update that names an unknown person is a partial success', async () => {
    const sim = await withTask()
    const answer = await post(sim, '/task/1041', { name: 'new', counterparty: { id: 'contact:500' } })
    expect(answer).toMatchObject({ status: 200, body: { failures: [{ field: 'counterparty' }] } })
    expect(sim.task(1041)?.name).toBe('new')
  })

  test('a deleted task is not listed, still returns isDeleted, and accepts no comments', async () => {
    const sim = await withTask()
    sim.deletesTask(1041)
    expect((await post(sim, '/task/list')).body.tasks).toEqual([])
    expect(await shownTask(sim, 'isDeleted')).toEqual({ id: 1041, isDeleted: true })
    expect(await comment(sim)).toMatchObject({ status: 400, body: { code: 1000 } })
    sim.deletesTask(1041, { forGood: true })
    expect(await get(sim, '/task/1041')).toMatchObject({ status: 400, body: { code: 1000 } })
  })
})

describe('comments', () => {
  test('roles become people, and contacts are among the users', async () => {
    const sim = await withTask()
    await comment(sim, { recipients: { roles: ['assignee', 'assigner'], users: [{ id: 'contact:92' }] } })
    const [last] = await listed(sim, {
      fields: 'recipients',
      resultOrder: [{ field: 'id', direction: 'Desc' }],
    })
    const names = last.recipients.users.map((user: { id: string; name: string }) => `${user.id} ${user.name}`)
    expect(names).toEqual(['contact:92 Anna', 'user:5 Ana Rusu', 'user:1 Robot'])
  })

  test('an employee notifies the client by default, and scripts are kept unchanged', async () => {
    const sim = await withTask()
    sim.employeeComments(1041, 5, '<script>alert(1)</script>')
    const secret = sim.employeeComments(1041, 'user:6', 'between us', { recipients: [], hidden: true })
    expect(sim.comments(1041)[1]).toMatchObject({
      description: '<script>alert(1)</script>',
      recipients: { users: ['contact:92'] },
    })
    expect(secret).toMatchObject({ isHidden: true, recipients: { users: [] }, owner: 'user:6' })
  })

  test('deleted comments are only in the list of deleted ones', async () => {
    const sim = await withTask()
    const { id } = sim.employeeComments(1041, 5, 'oops')
    sim.editsComment(id, 'corrected')
    expect((await listed(sim))[1].description).toBe('corrected')
    sim.deletesComment(id)
    expect(await listed(sim)).toHaveLength(1)
    expect(await listed(sim, { typeList: 'Deleted' })).toMatchObject([{ id }])
    expect((await get(sim, `/comment/${id}?fields=isDeleted`)).body.comment.isDeleted).toBe(true)
  })

  test('one edit changes text, ticks, hidden mark and files, and keeps unnamed ones', async () => {
    const sim = await withTask()
    const file = sim.addsFile('price.pdf', 'x')
    const { id } = sim.employeeComments(1041, 5, 'hello')
    sim.editsComment(id, 'hello!', { recipients: ['user:6'], hidden: true, files: [file.id] })
    expect(sim.comments(1041)[1]).toMatchObject({
      description: 'hello!',
      isHidden: true,
      files: [file.id],
      recipients: { users: ['user:6'] },
    })
    sim.editsComment(id, 'hello again')
    expect(sim.comments(1041)[1]).toMatchObject({ isHidden: true, files: [file.id] })
    expect(() => sim.editsComment(id, 'x', { files: [999] })).toThrow('no file 999')
  })

  test('a deleted comment that is restored is in the feed again', async () => {
    const sim = await withTask()
    const { id } = sim.employeeComments(1041, 5, 'hello')
    sim.deletesComment(id)
    sim.restoresComment(id)
    expect(await listed(sim)).toHaveLength(2)
  })

  test('a reassigned task notifies the new card from then on, and the old card stays', async () => {
    const sim = await withTask()
    const card = sim.createsContact({ name: 'Big customer' })
    sim.givesTaskTo(1041, card.id)
    expect(sim.task(1041)?.counterparty).toBe(`contact:${card.id}`)
    expect(sim.employeeComments(1041, 5, 'hello').recipients.users).toEqual([`contact:${card.id}`])
    expect(sim.contact(92)?.isDeleted).toBe(false)
    expect(() => sim.givesTaskTo(1041, 9999)).toThrow('no contact 9999')
  })

  test('a list without filters is refused, and with a filter it returns results', async () => {
    const sim = await withTask()
    expect(await post(sim, '/comment/list', {})).toMatchObject({ status: 400, body: { code: 0 } })
    const filters = [{ type: 3000, operator: 'equal', value: { dateType: 'today' } }]
    expect((await post(sim, '/comment/list', { filters })).body.comments).toHaveLength(1)
  })
})

describe('contacts', () => {
  test('contacts are found by exact e-mail, and by part of it', async () => {
    const sim = await start()
    await post(sim, '/contact/', anna)
    const find = async (type: number, value: string) => {
      const body = { prefixedId: true, filters: [{ type, operator: 'equal', value }] }
      return (await post(sim, '/contact/list', body)).body.contacts
    }
    expect(await find(4026, 'Anna@example.com')).toEqual([{ id: 'contact:92' }])
    expect(await find(4026, 'example.com')).toEqual([])
    expect(await find(4005, 'example.com')).toHaveLength(1)
  })

  test('a merged contact is gone, its tasks and comments belong to the other', async () => {
    const sim = await withTask()
    const other = sim.createsContact({ name: 'Anna Popa' })
    await post(sim, '/contact/92/comments/', { description: 'visit' })
    sim.mergesContacts(92, other.id)
    expect(await get(sim, '/contact/92')).toMatchObject({ status: 404, body: { code: 2000 } })
    expect(await comment(sim, { owner: { id: 'contact:92' } })).toMatchObject({
      status: 400,
      body: { code: 2000 },
    })
    expect(sim.task(1041)?.counterparty).toBe(`contact:${other.id}`)
    expect(sim.contactComments(other.id)).toMatchObject([{ description: 'visit', contactId: other.id }])
    expect(sim.contact(other.id)?.additionalEmailAddresses).toEqual(['anna@example.com'])
  })

  test('no name, a bad e-mail and an unknown template are refused by their codes', async () => {
    const sim = await start()
    expect((await post(sim, '/contact/', { template: { id: 5 } })).body.code).toBe(2006)
    expect((await post(sim, '/contact/', { ...anna, email: 'nonsense' })).body.code).toBe(2004)
    expect((await post(sim, '/contact/', { ...anna, template: { id: 77 } })).body.code).toBe(41)
  })
})

describe('strictness', () => {
  const wrong: [string, string, unknown, string][] = [
    ['an unknown field', '/task/', { nam: 'x' }, 'body.nam: unknown field'],
    ['a wrong type', '/task/', { name: 5 }, 'body.name: expected string, got number'],
    ['a bad enumeration', '/task/', { priority: 'High' }, 'body.priority'],
    [
      'a bare number among assignees',
      '/task/',
      { assignees: { users: [{ id: 5 }] } },
      'body.assignees.users[0].id',
    ],
    ['a page too large', '/task/list', { pageSize: 101 }, 'body.pageSize: 101 is outside 1..100'],
    ['silent where it is not documented', '/task/?silent=true', {}, 'query.silent'],
    [
      'a contact as employee filter',
      '/task/list',
      { filters: [{ type: 7, operator: 'equal', value: 'user:1' }] },
      'filter 7',
    ],
    [
      'an unsupported filter',
      '/task/list',
      { filters: [{ type: 73, operator: 'equal', value: 1 }] },
      '73 is not simulated',
    ],
    [
      'a sourceId in a list that has none',
      '/task/1041/comments/list',
      { sourceId },
      'body.sourceId: unknown field',
    ],
  ]
  test.each(wrong)('%s is refused and recorded', async (_, path, body, message) => {
    const sim = await start()
    const answer = await post(sim, path, body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body.error).toContain(message)
    expect(sim.violations.join()).toContain(message)
  })

  test('a body must be declared as JSON', async () => {
    const sim = await start()
    const send = (path: string, type: string, body: string) =>
      fetch(`${sim.restUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sim.token}`, 'content-type': type },
        body,
      })
    expect((await send('/task/', 'text/plain', '{}')).status).toBe(400)
    expect((await send('/task/', 'application/json', '{')).status).toBe(400)
    const list = await send('/task/list', 'application/json', '{')
    expect([list.status, ((await list.json()) as { code: number }).code]).toEqual([500, 30])
  })

  test('unknown paths, unsimulated ones and wrong methods are distinguished', async () => {
    const sim = await start()
    expect((await get(sim, '/nonsense')).status).toBe(404)
    expect((await get(sim, '/project/5')).status).toBe(501)
    expect((await ask(sim, 'DELETE', '/task/5')).status).toBe(405)
  })

  test('a wrong token is 401 code 1, a missing scope 405 code 5, and ping needs no scope', async () => {
    const sim = await start({}, { scopes: ['task_readonly'] })
    const wrongToken = await fetch(`${sim.restUrl}/ping`, { headers: { authorization: 'Bearer nonsense' } })
    expect(wrongToken.status).toBe(401)
    expect((await get(sim, '/ping')).body).toEqual({ result: 'success' })
    expect(await post(sim, '/task/', chat)).toMatchObject({ status: 405, body: { code: 5 } })
    sim.scopes.add('task_add')
    expect((await post(sim, '/task/', { name: 'x' })).status).toBe(201)
  })
})

describe('files', () => {
  async function upload(sim: PlanfixSimulator, content: string, name = 'фото.txt') {
    const form = new FormData()
    form.set('file', new Blob([content], { type: 'text/plain' }), name)
    const headers = { authorization: `Bearer ${sim.token}` }
    const response = await fetch(`${sim.restUrl}/file/`, { method: 'POST', headers, body: form })
    return { status: response.status, body: (await response.json()) as { id: number; code?: number } }
  }

  test('an uploaded file comes back from the storage, which refuses the token', async () => {
    const sim = await start()
    const { id } = (await upload(sim, 'some\r\nbytes')).body
    expect(sim.files[0]).toMatchObject({ id, name: 'фото.txt', type: 'text/plain' })
    const redirect = await get(sim, `/file/${id}/download`)
    const location = redirect.headers.get('location') ?? ''
    expect(redirect.status).toBe(302)
    expect((await fetch(location, { headers: { authorization: 'Bearer x' } })).status).toBe(400)
    expect(await (await fetch(location)).text()).toBe('some\r\nbytes')
    const forged = location.replace(/signature=(.)/, (_, first) => `signature=${first === '0' ? '1' : '0'}`)
    expect((await fetch(forged)).status).toBe(403)
  })

  test('from-url downloads the address, refuses planfix.com, and fails without an answer', async () => {
    const sim = await start()
    const file = sim.addsFile('source.txt', 'content')
    const link = (await get(sim, `/file/${file.id}?fields=downloadUrl`)).body.file.downloadUrl
    const { id } = (await post(sim, '/file/from-url/', { url: link, name: 'copy.txt' })).body
    expect(sim.files.find((entry) => entry.id === id)?.content.toString()).toBe('content')
    const unsafe = await post(sim, '/file/from-url/', { url: 'https://x.planfix.com/file' })
    expect(unsafe).toMatchObject({ status: 400, body: { code: 41 } })
    expect((await post(sim, '/file/from-url/', { url: `${sim.url}/nowhere` })).body.code).toBe(7001)
  })

  test('file-size-unit is rounded up to KiB, or bytes', async () => {
    const sim = await start()
    const { id } = sim.addsFile('a', 'x'.repeat(1025))
    const size = async () => (await get(sim, `/file/${id}?fields=size`)).body.file.size
    expect(await size()).toBe(2)
    sim.setSwitch('file-size-unit', 'bytes')
    expect(await size()).toBe(1025)
  })

  test('file-too-large: 7002 over the limit', async () => {
    const sim = await start({ 'file-too-large': '400-code7002-over-N-MB' })
    sim.account.fileLimitMb = 0.001
    expect((await upload(sim, 'x'.repeat(2000))).body.code).toBe(7002)
    expect((await upload(sim, 'x')).status).toBe(200)
  })
})

describe('limits', () => {
  test('over-rps has each position', async () => {
    const sim = await start({}, { requestsPerSecondLimit: 2 })
    const third = async () => {
      await Promise.all([get(sim, '/ping'), get(sim, '/ping')])
      return get(sim, '/ping')
    }
    expect((await third()).status).toBe(200)
    expect(sim.limits.overRps).toBe(1)
    sim.setSwitch('over-rps', '429-retry-after')
    const refused = await get(sim, '/ping')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    sim.setSwitch('over-rps', '429-bare')
    expect(await get(sim, '/ping')).toMatchObject({ status: 429, body: '' })
    sim.setSwitch('over-rps', 'delayed')
    const before = Date.now()
    expect((await get(sim, '/ping')).status).toBe(200)
    expect(Date.now() - before).toBeGreaterThan(200)
  })

  test('daily-limit is code 22 with the time to wait in each form', async () => {
    const sim = await start({}, { dailyLimit: 1 })
    expect((await get(sim, '/ping')).status).toBe(200)
    expect(await get(sim, '/ping')).toMatchObject({ status: 403, body: { code: 22 } })
    sim.limits.resetAt = Date.now() + 60_000
    sim.setSwitch('daily-limit', '403-code22-ms')
    expect((await get(sim, '/ping')).body.timeToReset).toBeGreaterThan(50_000)
    sim.setSwitch('daily-limit', '403-code22-seconds')
    expect((await get(sim, '/ping')).body.timeToReset).toBe(60)
    sim.setSwitch('daily-limit', '403-code22-no-time')
    expect((await get(sim, '/ping')).body.timeToReset).toBeUndefined()
    sim.limits.resetAt = Date.now() - 1
    expect((await get(sim, '/ping')).status).toBe(200)
  })

  test('rate-header is stale, exact or absent', async () => {
    const sim = await start({}, { dailyLimit: 100, timeScale: 1 })
    const header = async () => (await get(sim, '/ping')).headers.get('x-ratelimit-remaining')
    expect([await header(), await header()]).toEqual(['99', '99'])
    sim.setSwitch('rate-header', 'exact')
    expect([await header(), await header()]).toEqual(['97', '96'])
    sim.setSwitch('rate-header', 'absent')
    expect(await header()).toBeNull()
  })

  test('account-state is any code with any status', async () => {
    const sim = await start({ 'account-state': 'code20-401' })
    expect(await get(sim, '/ping')).toMatchObject({ status: 401, body: { result: 'fail', code: 20 } })
  })
})

describe('writes without an answer', () => {
  test('planfix-write-outcome is committed, not committed, committed late, or 504', async () => {
    const sim = await withTask({}, { timeScale: 1 })
    sim.nextWrites('timeout-after-commit')
    await hangs(post(sim, '/task/1041/comments/', { description: 'after' }, 200))
    sim.nextWrites('timeout-before-commit')
    await hangs(post(sim, '/task/1041/comments/', { description: 'before' }, 200))
    sim.nextWrites('timeout-then-late-commit')
    await hangs(post(sim, '/task/1041/comments/', { description: 'late' }, 200))
    const feed = () => sim.comments(1041).map(({ description }) => description)
    expect(feed()).toEqual(['', 'after'])
    await sim.flush()
    expect(feed()).toEqual(['', 'after', 'late'])
    sim.nextWrites('504-after-commit')
    expect((await comment(sim, { description: 'gateway' })).status).toBe(504)
    expect((await comment(sim)).status).toBe(201)
    expect(feed()).toEqual(['', 'after', 'late', 'gateway', 'hello'])
  })

  test('a late commit comes by itself after its delay', async () => {
    const sim = await withTask()
    sim.lateCommitMs = 50
    sim.nextWrites('timeout-then-late-commit')
    await hangs(post(sim, '/task/1041/comments/', { description: 'late' }, 30))
    await expect.poll(() => sim.comments(1041).length).toBe(2)
  })

  test('update-answer has every form, and 202 shows the old value first', async () => {
    const sim = await withTask({}, { timeScale: 1 })
    expect((await post(sim, '/task/1041', { name: 'a' })).body).toEqual({ result: 'success' })
    sim.setSwitch('update-answer', '200-failures-empty')
    expect((await post(sim, '/task/1041', { name: 'b' })).body).toEqual({ failures: [] })
    sim.setSwitch('update-answer', '200-empty-body')
    expect(await post(sim, '/contact/92', { name: 'c' })).toMatchObject({ status: 200, body: '' })
    sim.setSwitch('update-answer', '202-queued')
    expect(await post(sim, '/task/1041', { name: 'd' })).toMatchObject({ status: 202, body: '' })
    expect(await shownTask(sim, 'name')).toMatchObject({ name: 'b' })
    await sim.flush()
    expect(await shownTask(sim, 'name')).toMatchObject({ name: 'd' })
  })

  test('failures-shape and fail-in-2xx have each position', async () => {
    const sim = await withTask({ 'failures-shape': 'object' })
    const answer = await post(sim, '/task/1041', { counterparty: { id: '500' } })
    expect(answer.body.failures).toMatchObject({ field: 'counterparty' })
    sim.setSwitch('fail-in-2xx', 'on')
    expect(await get(sim, '/contact/500')).toMatchObject({
      status: 200,
      body: { result: 'fail', code: 2000 },
    })
  })
})

describe('source ids', () => {
  const marked = { sourceId, sourceObjectId: objectId, sourceDataVersion: '1' }

  test('source-dedup gives duplicates, the existing id, or a refusal', async () => {
    const sim = await withTask()
    const first = (await comment(sim, marked)).body.id
    expect((await comment(sim, marked)).body.id).not.toBe(first)
    sim.setSwitch('source-dedup', 'returns-existing-id')
    const again = (await comment(sim, marked)).body.id
    expect(sim.comments(1041).some(({ id }) => id === again)).toBe(true)
    expect(sim.comments(1041)).toHaveLength(3)
    sim.setSwitch('source-dedup', '400-code41')
    expect(await comment(sim, marked)).toMatchObject({ status: 400, body: { code: 41 } })
  })

  test('source-read is always, with the right sourceId, or never', async () => {
    const sim = await withTask()
    const { id } = (await comment(sim, marked)).body
    const read = async (query = '') =>
      (await get(sim, `/comment/${id}?fields=sourceObjectId${query}`)).body.comment.sourceObjectId
    expect(await read()).toBe(objectId)
    sim.setSwitch('source-read', 'only-with-source-id')
    expect(await read()).toBe('')
    expect(await read(`&sourceId=${sourceId}`)).toBe(objectId)
    expect(await read(`&sourceId=${objectId}`)).toBe('')
    expect((await listed(sim))[1].sourceObjectId).toBe('')
    sim.setSwitch('source-read', 'never')
    expect(await read(`&sourceId=${sourceId}`)).toBe('')
  })

  test('comment-list-source is filled or empty', async () => {
    const sim = await withTask()
    await comment(sim, marked)
    expect((await listed(sim))[1].sourceObjectId).toBe(objectId)
    sim.setSwitch('comment-list-source', 'empty')
    expect((await listed(sim))[1].sourceObjectId).toBe('')
  })

  test('source-id-on-task-write is ignored, stored or refused', async () => {
    const sim = await start()
    const write = () => post(sim, '/task/', { name: 'x', sourceId })
    await write()
    sim.setSwitch('source-id-on-task-write', 'stored')
    await write()
    expect(sim.tasks.map((task) => task.sourceId)).toEqual([undefined, sourceId])
    sim.setSwitch('source-id-on-task-write', '400-code41')
    expect(await write()).toMatchObject({ status: 400, body: { code: 41 } })
  })
})

describe('undocumented facts', () => {
  test('missing-task and foreign-task have each position', async () => {
    const sim = await withTask({ 'missing-task': '400-code0' })
    expect(await get(sim, '/task/5')).toMatchObject({ status: 400, body: { code: 0 } })
    const foreign = (await post(sim, '/task/', { ...chat, assigner: { id: 'contact:92' } })).body.id
    expect((await get(sim, `/task/${foreign}`)).status).toBe(400)
    expect((await post(sim, '/task/list')).body.tasks).toHaveLength(1)
    sim.setSwitch('foreign-task', 'visible')
    expect((await post(sim, '/task/list')).body.tasks).toHaveLength(2)
  })

  test('a participating robot keeps seeing a task, and one with full access sees all', async () => {
    const sim = await withTask()
    const own = { participants: { users: [{ id: 'user:1' }] }, assigner: { id: 'contact:92' } }
    const { id } = (await post(sim, '/task/', { ...chat, ...own })).body
    expect((await get(sim, `/task/${id}`)).status).toBe(200)
    const all = await withTask({}, { robotSeesAll: true })
    const other = (await post(all, '/task/', { ...chat, assigner: { id: 'contact:92' } })).body.id
    expect((await get(all, `/task/${other}`)).status).toBe(200)
  })

  test('assigner-contact is accepted, replaced, refused, or named in failures', async () => {
    const sim = await withTask({ 'foreign-task': 'visible' })
    const create = () => post(sim, '/task/', { ...chat, assigner: { id: 'contact:92' } })
    const assigner = async () => sim.task((await create()).body.id)?.assigner
    expect(await assigner()).toBe('contact:92')
    sim.setSwitch('assigner-contact', 'becomes-token-user')
    expect(await assigner()).toBe('user:1')
    sim.setSwitch('assigner-contact', 'in-failures')
    expect((await create()).body.failures).toMatchObject([{ field: 'assigner' }])
    sim.setSwitch('assigner-contact', '400-code41')
    expect(await create()).toMatchObject({ status: 400, body: { code: 41 } })
  })

  test('process-update is ignored or applied', async () => {
    const sim = await withTask()
    await post(sim, '/task/1041', { processId: 9 })
    expect(await shownTask(sim, 'processId')).toMatchObject({ processId: 1 })
    sim.setSwitch('process-update', 'applied')
    await post(sim, '/task/1041', { processId: 9 })
    expect(await shownTask(sim, 'processId')).toMatchObject({ processId: 9 })
  })

  test('status-set changes numbers, meanings and activity', async () => {
    const sim = await withTask()
    const statuses = async () =>
      (await get(sim, '/process/task/1/statuses?fields=id,name,isActive')).body.statuses
    const idOf = async (name: string) =>
      (await statuses()).find((entry: { name: string }) => entry.name === name).id
    expect(await idOf('Completed')).toBe(3)
    sim.setSwitch('status-set', 'custom-ids')
    expect(await idOf('Completed')).toBe(104)
    await post(sim, '/task/1041', { status: { id: 104 } })
    expect(sim.statusOf(1041)?.name).toBe('Completed')
    sim.setSwitch('status-set', '5-and-7-swapped')
    expect([await idOf('Rejected'), await idOf('Cancelled')]).toEqual([7, 5])
    sim.setSwitch('status-set', 'no-active-status')
    expect((await statuses()).some((entry: { isActive: boolean }) => entry.isActive)).toBe(false)
  })

  test('newlines are dropped or kept; HTML comments always go', async () => {
    const sim = await withTask()
    await comment(sim, { description: 'a\nb<!-- mark -->' })
    sim.setSwitch('newlines', 'kept')
    await comment(sim, { description: 'a\nb<!-- mark -->' })
    expect(sim.comments(1041).map(({ description }) => description)).toEqual(['', 'ab', 'a\nb'])
  })

  test('datetime-zone is utc, the digits of the account, or with seconds', async () => {
    const sim = await withTask({}, { now: () => Date.UTC(2025, 9, 9, 8, 53, 21) })
    const point = { date: '09-10-2025', time: '10:53' }
    expect((await shownTask(sim, 'dateTime')).dateTime).toEqual({ ...point, datetime: '2025-10-09T08:53Z' })
    sim.setSwitch('datetime-zone', 'account-zone')
    expect((await shownTask(sim, 'dateTime')).dateTime).toEqual({ ...point, datetime: '2025-10-09T10:53Z' })
    sim.setSwitch('datetime-zone', 'with-dateTimeUtcSeconds')
    const { dateTimeUtcSeconds } = (await shownTask(sim, 'dateTime')).dateTime
    expect(dateTimeUtcSeconds).toBe('2025-10-09T08:53:21+0000')
  })

  test('result-order: field, filed, or nothing is honoured', async () => {
    const sim = await withTask()
    await comment(sim)
    const first = async (key: string) =>
      (await listed(sim, { resultOrder: [{ [key]: 'id', direction: 'Desc' }] }))[0].description
    expect([await first('field'), await first('filed')]).toEqual(['hello', ''])
    sim.setSwitch('result-order', 'filed-honoured')
    expect([await first('field'), await first('filed')]).toEqual(['', 'hello'])
    sim.setSwitch('result-order', 'ignored')
    expect([await first('field'), await first('filed')]).toEqual(['', ''])
  })

  test.each([
    ['mailed-when-ticked', 1],
    ['not-mailed', 0],
  ] as const)('contact-mail mails a notified contact with an e-mail (%s)', async (position, letters) => {
    const sim = await withTask({ 'contact-mail': position })
    const task = [...sim.account.tasks.values()][0]
    const taskId = task?.id ?? 0
    const contactId = Number(task?.counterparty?.replace('contact:', ''))
    sim.editsContact(contactId, { email: '' })
    sim.employeeComments(taskId, 5, '<p>Nobody can be mailed</p>')
    sim.editsContact(contactId, { email: 'anna@mail.example' })
    sim.employeeComments(taskId, 5, '<p>Reply</p>')
    sim.employeeComments(taskId, 5, '<p>Not ticked</p>', { recipients: ['user:6'] })
    sim.employeeComments(taskId, 5, '<p>Hidden</p>', { hidden: true })
    expect(sim.mails.map(({ email, description }) => [email, description])).toEqual(
      Array(letters).fill(['anna@mail.example', '<p>Reply</p>']),
    )
  })

  test('rest-comment-pushed sends comments that notify the client', async () => {
    const sim = await withTask({ 'rest-comment-pushed': 'yes' })
    await comment(sim, { recipients: { users: [{ id: 'contact:92' }] } })
    await comment(sim, { recipients: { users: [{ id: 'user:5' }] } })
    expect(sim.pushedThroughHostedChannel).toMatchObject([
      { taskId: 1041, contactId: 92, description: 'hello' },
    ])
  })

  test('over-64k is one of two refusals, or a cut', async () => {
    const sim = await withTask()
    const long = { description: 'я'.repeat(40_000) }
    expect((await comment(sim, long)).body.code).toBe(5001)
    sim.setSwitch('over-64k', '400-code41')
    expect((await comment(sim, long)).body.code).toBe(41)
    sim.setSwitch('over-64k', 'cut')
    expect((await comment(sim, long)).status).toBe(201)
    expect(Buffer.byteLength(sim.comments(1041)[1]?.description ?? '')).toBe(65_536)
  })

  test('contact-template and email-duplicate have each refusal', async () => {
    const sim = await start()
    const bare = () => post(sim, '/contact/', { name: 'Anna' })
    expect((await bare()).body.code).toBe(2001)
    sim.setSwitch('contact-template', 'required-400-code40')
    expect((await bare()).body.code).toBe(40)
    sim.setSwitch('contact-template', 'optional')
    expect((await bare()).status).toBe(201)
    const create = () => post(sim, '/contact/', anna)
    expect((await create()).status).toBe(201)
    expect((await create()).body.code).toBe(2001)
    sim.setSwitch('email-duplicate', '400-code2005')
    expect((await create()).body.code).toBe(2005)
    sim.setSwitch('email-duplicate', 'in-failures')
    const half = await create()
    expect(half).toMatchObject({ status: 201, body: { failures: [{ field: 'email' }] } })
    expect(sim.contact(half.body.id)?.email).toBe('')
    sim.setSwitch('email-duplicate', 'allowed')
    expect((await create()).status).toBe(201)
  })

  test('id-shape is as requested, always a number, or always prefixed', async () => {
    const sim = await start()
    const first = async (prefixedId: boolean) =>
      (await post(sim, '/user/list', { prefixedId })).body.users[0].id
    expect([await first(true), await first(false)]).toEqual(['user:1', 1])
    sim.setSwitch('id-shape', 'always-number')
    expect(await first(true)).toBe(1)
    sim.setSwitch('id-shape', 'always-prefixed')
    expect(await first(false)).toBe('user:1')
  })

  test('scope-of-templates and datatag-list-key have each position', async () => {
    const sim = await start({}, { scopes: ['datatag_readonly'] })
    const templates = async () => (await get(sim, '/task/templates')).status
    expect(await templates()).toBe(200)
    sim.setSwitch('scope-of-templates', 'needs-readonly')
    expect(await templates()).toBe(405)
    sim.scopes.add('task_readonly')
    expect(await templates()).toBe(200)
    sim.setSwitch('scope-of-templates', '405-code5')
    expect(await templates()).toBe(405)
    expect((await post(sim, '/datatag/list')).body.dataTags).toHaveLength(1)
    sim.setSwitch('datatag-list-key', 'dataTag')
    expect((await post(sim, '/datatag/list')).body.dataTag).toHaveLength(1)
  })
})

describe('data tags', () => {
  test('a visit is attached to a new comment of the contact', async () => {
    const sim = await withTask()
    const items = [{ customFieldData: [{ field: { id: 10 }, value: 'Windows 10' }] }]
    const added = await post(sim, '/contact/92/datatags/', { dataTag: { id: 4 }, items })
    expect(added).toMatchObject({ status: 201, body: { keys: [11] } })
    expect(sim.contactComments(92)).toMatchObject([{ id: added.body.commentId, entries: [11] }])
    const list = await post(sim, '/datatag/4/entry/list', {
      fields: 'key,commentId,contact,10',
      contactId: 'contact:92',
    })
    expect(list.body.dataTagEntries).toMatchObject([{ key: 11, contact: { id: 92 } }])
  })
})

test('every switch is used in these, the Chat API’s or the contract tests, and unknown ones are refused', async () => {
  const sim = await start()
  expect(() => sim.setSwitch('nonsense' as never, 'x' as never)).toThrow('no switch nonsense')
  expect(() => sim.setSwitch('newlines', 'x' as never)).toThrow('no position x')
  expect(Object.keys(chatSwitchTable)).toHaveLength(19)
  expect(Object.keys(switchTable)).toHaveLength(39 + 19)
})
