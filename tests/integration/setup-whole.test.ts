import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { proposeChoices } from '../../src/shared/matching.ts'
import { SCOPES } from '../../src/shared/setup/scopes.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { boot, noting } from '../support/boot.ts'
import { refusal, typed, value } from '../support/setup-harness.ts'

const SPEED = 20
let chatra: ChatraSimulator
let planfix: PlanfixSimulator
let dir: string
let bridge: Awaited<ReturnType<typeof start>>

/** In an empty folder, without a configuration. */
async function start() {
  const { log, logged } = noting()
  return { ...(await boot({ dir, log, speed: SPEED })), logged }
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'setup-'))
  chatra = await startChatraSimulator({ timeScale: 1 / SPEED, seed: 1 })
  planfix = await startPlanfixSimulator({
    timeScale: 1 / SPEED,
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
  })
  bridge = await start()
})
afterEach(async () => {
  await bridge.stop()
  await Promise.all([chatra.stop(), planfix.stop()])
  await rm(dir, { recursive: true, force: true })
})

async function until<T>(what: string, check: () => Promise<T | null | undefined | false>): Promise<T> {
  const end = Date.now() + 15_000
  for (;;) {
    const found = await check()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${bridge.logged.join('\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Everything up to activation, as an owner would do it; returns the draft. */
async function filledDraft(change: Parameters<typeof typed>[1] = {}, at = chatra) {
  const { call } = bridge
  const begun = await value(call('setup.begin', { connectionId: null, name: 'shop.example' }))
  const { id } = begun
  const settings = typed(begun, {
    chatra: { baseUrl: at.apiUrl },
    planfix: { requestsPerSecond: 1000, pollSeconds: 1 },
  })
  await value(call('setup.save', { id, step: 'chatra', settings }))
  const { publicKey, secretKey } = at
  await value(call('setup.checkChatra', { id, publicKey, secretKey }))
  const address = `${planfix.webUrl}/task/1?tab=2`
  const { draft } = await value(call('setup.checkPlanfix', { id, address, token: planfix.token }))
  const list = async (kind: 'task-templates' | 'contact-templates') =>
    (await value(call('setup.choices', { id, kind }))).choices[0]?.id ?? null
  const chosen = typed(draft, {
    planfix: {
      taskTemplateId: await list('task-templates'),
      contactTemplateId: await list('contact-templates'),
    },
  })
  const more = { ...draft, settings: chosen }
  return value(call('setup.save', { id, step: 'templates', settings: typed(more, change) }))
}

/** Active, and both services know the address for their requests. */
async function activated(change?: Parameters<typeof typed>[1]) {
  const { id } = await filledDraft(change)
  await value(bridge.call('setup.activate', { id }))
  const { address } = await value(bridge.call('setup.scenario', { id }))
  chatra.webhookUrl = address.replace(/planfix$/, 'chatra')
  return id
}
const progress = (id: string) => value(bridge.call('setup.progress', { id }))
const nothingYet = {
  isTest: false,
  clientMessage: null,
  task: null,
  reply: null,
  replyDelivered: false,
  replyReceived: false,
  site: null,
  problem: null,
}

test('the calls of the interface alone lead from nothing to the first message and its reply', async () => {
  const { call, application } = bridge
  const { id } = await filledDraft()
  expect(application.connections.size).toBe(0)

  const scopes = await Promise.all(SCOPES.map((scope) => value(call('setup.scope', { id, scope }))))
  expect(scopes.every((one) => one.result === 'granted')).toBe(true)
  const people = await value(call('employees.get', { id, refresh: false }))
  const employees = proposeChoices(people.planfix ?? [], people.agents)
  await value(call('setup.save', { id, step: 'address', mode: 'selected', employees }))
  const found = await value(call('setup.publicAddress', { address: `${application.hooksUrl}/healthz` }))
  expect(found).toMatchObject({ provider: 'own', address: application.hooksUrl, state: 'proven' })

  expect(await value(call('setup.activate', { id }))).toMatchObject({ id: 'shop-example', active: true })
  expect([...application.connections.keys()]).toEqual(['shop-example'])
  expect(await progress(id)).toEqual(nothingYet)

  const { address, body } = await value(call('setup.scenario', { id }))
  expect(address).toMatch(new RegExp(`^${application.hooksUrl}/hooks/shop-example/[\\w-]{32}/planfix$`))
  chatra.webhookUrl = address.replace(/planfix$/, 'chatra')
  planfix.scenarioUrl = address
  planfix.scenario.bodyTemplate = body

  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello, this is a test')
  const asked = await until('the task', async () => {
    const now = await progress(id)
    return now.task !== null && now
  })
  const task = planfix.tasks[0]
  expect(asked).toMatchObject({
    site: 'shop.example',
    clientMessage: { text: 'Hello, this is a test', clientName: 'Anna' },
    task: { id: task?.id, url: `${planfix.webUrl}/task/${task?.id}` },
    reply: null,
    replyDelivered: false,
    problem: null,
  })
  planfix.employeeComments(task?.id ?? 0, 5, '<p>It works</p>')
  const answered = await until('the reply', async () => {
    const now = await progress(id)
    return now.replyDelivered && now
  })
  expect(answered).toMatchObject({ reply: { text: 'It works', author: 'Ana Rusu' }, problem: null })
  expect(anna.sees()).toEqual(['It works'])
  expect(planfix.scenario.attempts.map((one) => one.body)).toContain(`{"task": ${task?.id}}`)

  const before = await value(call('state.get', {}))
  expect(before.drafts.map((one) => one.id)).toEqual([id])
  await value(call('setup.finish', { id }))
  const after = await value(call('state.get', {}))
  expect(after).toMatchObject({ drafts: [], connections: [{ id, enabled: true, missing: [] }] })
  expect(await refusal(call('setup.get', { id }))).toMatchObject({ code: 'not-found' })

  const written = (await readFile(join(dir, 'config.json'), 'utf8')) + bridge.logged.join('\n')
  expect(written).not.toContain(chatra.secretKey)
  expect(written).not.toContain(planfix.token)
  expect(planfix.violations).toEqual([])
})

test('an unfinished set-up continues after a restart, except for the secrets', async () => {
  const before = await filledDraft()
  await bridge.stop()
  bridge = await start()
  const { call } = bridge
  const state = await value(call('state.get', {}))
  expect(state.drafts).toEqual([{ id: before.id, name: 'shop.example', step: 'templates', redo: false }])
  const { id } = before
  const after = await value(call('setup.begin', { connectionId: id }))
  expect(after).toEqual({
    ...before,
    has: { chatraSecretKey: false, planfixToken: false },
    checked: { chatra: 'no', planfix: 'no' },
  })
  const { publicKey, secretKey } = chatra
  await value(call('setup.checkChatra', { id, publicKey, secretKey }))
  await value(call('setup.checkPlanfix', { id, address: planfix.restUrl, token: planfix.token }))
  expect(await value(call('setup.activate', { id }))).toMatchObject({ active: true })
})

test('two connections are set up side by side', async () => {
  const other = await startChatraSimulator()
  try {
    const first = await filledDraft()
    const second = await filledDraft({}, other)
    expect(second.id).toBe('shop-example-2')
    await value(bridge.call('setup.activate', { id: second.id }))
    await value(bridge.call('setup.activate', { id: first.id }))
    expect([...bridge.application.connections.keys()].sort()).toEqual(['shop-example', 'shop-example-2'])
  } finally {
    await other.stop()
  }
})

test('a second connection with the same Chatra account is refused at its key', async () => {
  const first = await filledDraft()
  const second = await filledDraft()
  await value(bridge.call('setup.activate', { id: first.id }))
  expect(await refusal(bridge.call('setup.activate', { id: second.id }))).toMatchObject({
    key: 'settings.problem.same-key',
    field: 'chatra.publicKey',
  })
  expect([...bridge.application.connections.keys()]).toEqual([first.id])
})

test('new keys are used once the connection is activated again, and waiting messages go out', async () => {
  const id = await activated()
  await value(bridge.call('setup.finish', { id }))
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('one')
  await until('the task', async () => planfix.tasks[0])
  const other = await startPlanfixSimulator({
    token: 'another-planfix-token',
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
  })
  try {
    await value(bridge.call('setup.begin', { connectionId: id }))
    const wrong = bridge.call('setup.checkPlanfix', { id, address: planfix.restUrl, token: 'wrong-token-1' })
    expect(await refusal(wrong)).toMatchObject({ key: 'wizard.problem.planfix.wrong-token' })
    await value(bridge.call('setup.checkPlanfix', { id, address: other.restUrl, token: other.token }))
    anna.says('two')
    await until('the message in the old account', async () =>
      planfix.comments(planfix.tasks[0]?.id ?? 0).some((one) => one.description.includes('two')),
    )
    const draft = await value(bridge.call('setup.get', { id }))
    const settings = typed(draft, { planfix: { taskTemplateId: 12, contactTemplateId: 5 } })
    await value(bridge.call('setup.save', { id, settings }))
    await value(bridge.call('setup.activate', { id }))
    const boris = chatra.visit({ name: 'Boris' })
    boris.says('three')
    await until('the task in the new account', async () => other.tasks[0])
  } finally {
    await other.stop()
  }
})

describe('the test conversation names the obstacle', () => {
  async function withTask() {
    const id = await activated()
    const anna = chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await until('the task', async () => (await progress(id)).task)
    const task = planfix.tasks[0]?.id ?? 0
    const problem = (key: string) =>
      until(key, async () => (await progress(id)).problem?.key === key && progress(id))
    return { id, anna, task, problem }
  }

  test('after an internal comment a reply goes out and the obstacle disappears', async () => {
    const { id, task, problem } = await withTask()
    planfix.employeeComments(task, 5, '<p>For us</p>', { recipients: ['user:6'] })
    expect(await problem('wizard.problem.reply-internal')).toMatchObject({
      reply: { text: 'For us' },
      replyDelivered: false,
    })
    planfix.employeeComments(task, 5, '<p>Hidden</p>', { hidden: true })
    await problem('wizard.problem.reply-hidden')
    planfix.employeeComments(task, 5, '<p>For you</p>')
    const done = await until('the reply', async () => {
      const now = await progress(id)
      return now.replyDelivered && now
    })
    expect(done).toMatchObject({ reply: { text: 'For you' }, problem: null })
  })

  test('a comment of an employee who may not reply is reported', async () => {
    const { id, task, problem } = await withTask()
    const choices = [{ planfixUserId: 6, name: 'Julia', email: null, chatraAgentId: null, allowed: true }]
    await value(bridge.call('employees.save', { id, mode: 'selected', choices }))
    planfix.employeeComments(task, 5, '<p>Hello</p>')
    await problem('wizard.problem.reply-not-allowed')
  })

  test('keys that Chatra does not accept any more are reported', async () => {
    const { task, problem } = await withTask()
    chatra.setSwitch('plan-refusal', '402')
    planfix.employeeComments(task, 5, '<p>Hello</p>')
    await problem('error.chatra.no-plan')
  })

  test('a right that the token has lost is reported', async () => {
    const { anna, problem } = await withTask()
    planfix.scopes.delete('comment_add')
    anna.says('Are you there?')
    const now = await problem('error.planfix.missing-scope')
    expect(now.problem?.params).toEqual({ scope: 'comment_add' })
  })

  test('a reply that Chatra refuses is reported', async () => {
    const { task, problem } = await withTask()
    chatra.server.faults.add({ kind: 'status', status: 422, method: 'POST', body: { message: 'no' } })
    planfix.employeeComments(task, 5, '<p>Hello</p>')
    await problem('error.chatra.refused')
  })
})

test('events from before the set-up began again do not count as its test', async () => {
  const id = await activated()
  chatra.visit({ name: 'Anna' }).says('old')
  await until('the task', async () => (await progress(id)).task)
  await value(bridge.call('setup.finish', { id }))
  await value(bridge.call('setup.begin', { connectionId: id }))
  expect(await progress(id)).toEqual(nothingYet)
})

describe('a test message', () => {
  const state = () => value(bridge.call('state.get', {}))

  test('it goes by the public address into a task that is named as a test', async () => {
    const id = await activated()
    await value(bridge.call('setup.publicAddress', { address: bridge.application.hooksUrl }))
    expect(await value(bridge.call('setup.sendTest', { id }))).toEqual({ through: 'public' })
    const sent = await until('the task', async () => {
      const now = await progress(id)
      return now.task !== null && now
    })
    expect(sent).toMatchObject({
      isTest: true,
      clientMessage: { clientName: 'Test message', text: expect.stringContaining('This is a test') },
    })
    expect(planfix.tasks.map((one) => one.name)).toEqual(['Test message (Chatra)'])
    expect((await state()).waiting.count).toBe(0)
    // It says nothing about Chatra.
    expect((await state()).connections[0]?.receivedEvents).toEqual({
      chatStarted: null,
      chatFragment: null,
      chatTranscript: null,
    })
  })

  test('its reply is received and sent to nobody, and Chatra is asked nothing about it', async () => {
    const id = await activated()
    await value(bridge.call('setup.sendTest', { id }))
    const task = await until('the task', async () => (await progress(id)).task)
    const asked = chatra.server.requests.length
    planfix.employeeComments(task.id, 5, '<p>For us</p>', { recipients: ['user:6'] })
    await until('the obstacle', async () => (await progress(id)).problem)
    planfix.employeeComments(task.id, 5, '<p>It works</p>')
    const answered = await until('the reply', async () => {
      const now = await progress(id)
      return now.replyReceived && now
    })
    expect(answered).toMatchObject({
      isTest: true,
      reply: { text: 'It works', author: 'Ana Rusu' },
      replyDelivered: false,
      problem: null,
    })
    expect(chatra.server.requests.length).toBe(asked)
    expect(planfix.comments(task.id).some((one) => one.description.includes('not delivered'))).toBe(false)
  })

  test('a second test goes into the same task, and finishing the set-up completes it', async () => {
    const id = await activated({ options: { completeWhenClientLeaves: true } })
    await value(bridge.call('setup.sendTest', { id }))
    const task = await until('the task', async () => (await progress(id)).task)
    await value(bridge.call('setup.sendTest', { id }))
    await until('the second comment', async () => planfix.comments(task.id).length === 2)
    await value(bridge.call('setup.finish', { id }))
    await until('the completed task', async () => planfix.tasks[0]?.statusKey === 'completed')
    expect(planfix.tasks).toHaveLength(1)
  })

  test('a dead public address is named, without its secret part', async () => {
    const id = await activated()
    await value(bridge.call('setup.publicAddress', { address: 'http://127.0.0.1:9' }))
    const problem = await refusal(bridge.call('setup.sendTest', { id }))
    expect(problem).toMatchObject({ key: 'wizard.problem.network.refused', params: { host: '127.0.0.1:9' } })
    expect(JSON.stringify(problem)).not.toContain('hooks')
  })
})

test('each event of Chatra is noted by its name', async () => {
  const id = await activated()
  const heard = async () => (await value(bridge.call('state.get', {}))).connections[0]?.receivedEvents
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await until('the beginning', async () => (await heard())?.chatStarted)
  expect(await heard()).toMatchObject({ chatTranscript: null })
  anna.says('Are you there?')
  await until('the next message', async () => (await heard())?.chatFragment)
  anna.leaves()
  await until('the end', async () => (await heard())?.chatTranscript)
  expect((await progress(id)).isTest).toBe(false)
})

describe('suggestions', () => {
  const kinds = async () =>
    (await value(bridge.call('suggestions.get', {}))).suggestions.map(({ kind }) => kind)

  test('they begin when the set-up is finished, and each is dismissed for good', async () => {
    const id = await activated()
    expect(await kinds()).toEqual([])
    await value(bridge.call('setup.finish', { id }))
    expect(await kinds()).toEqual(['instant-replies', 'employees'])
    await value(bridge.call('suggestions.dismiss', { connectionId: id, kind: 'employees' }))
    expect(await kinds()).toEqual(['instant-replies'])
    await bridge.stop()
    bridge = await start()
    expect(await kinds()).toEqual(['instant-replies'])
  })

  test('an event of Chatra that has not come yet is named', async () => {
    const id = await activated()
    await value(bridge.call('setup.finish', { id }))
    chatra.visit({ name: 'Anna' }).says('Hello')
    const found = await until('the suggestion', async () =>
      (await value(bridge.call('suggestions.get', {}))).suggestions.find(({ kind }) => kind === 'webhooks'),
    )
    expect(found).toMatchObject({ connectionId: id, missing: expect.arrayContaining(['chatTranscript']) })
  })
})

describe('a discarded set-up', () => {
  test('its connection stays, or is removed with it', async () => {
    const id = await activated()
    await value(bridge.call('setup.discard', { id }))
    expect([...bridge.application.connections.keys()]).toEqual([id])
    await value(bridge.call('setup.begin', { connectionId: id }))
    await value(bridge.call('setup.discard', { id, withConnection: true }))
    expect([...bridge.application.connections.keys()]).toEqual([])
    expect((await value(bridge.call('state.get', {}))).drafts).toEqual([])
  })
})
