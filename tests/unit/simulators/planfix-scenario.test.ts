import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type PlanfixSimulator,
  type PlanfixSwitches,
  startPlanfixSimulator,
} from '../../../src/simulators/planfix/index.ts'

/** Scenario requests of contracts/planfix.md §13 and the control for other processes. */

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

interface Receiver {
  url: string
  bodies: string[]
  times: number[]
  answer: number | 'silence'
}

async function receiver(answer: Receiver['answer'] = 200): Promise<Receiver> {
  const seen: Receiver = { url: '', bodies: [], times: [], answer }
  const server: Server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.bodies.push(body)
    seen.times.push(Date.now())
    if (seen.answer !== 'silence') response.writeHead(seen.answer).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return seen
}

async function start(to: Receiver, switches: Partial<PlanfixSwitches> = {}, timeScale = 0.001) {
  const sim = await startPlanfixSimulator({
    switches,
    timeScale,
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
  })
  open.push(() => sim.stop())
  sim.scenarioUrl = to.url
  await makeTask(sim, 'Anna "the" Client')
  return sim
}

async function makeTask(sim: PlanfixSimulator, name: string): Promise<void> {
  await fetch(`${sim.restUrl}/task/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sim.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, template: { id: 12 } }),
  })
}

describe('scenario requests', () => {
  test('every manual comment and every status change names its task', async () => {
    const hook = await receiver()
    const sim = await start(hook)
    sim.employeeComments(1041, 5, 'hello')
    sim.completes(1041)
    await sim.flush()
    expect(hook.bodies).toEqual(['{"task": 1041}', '{"task": 1041}'])
  })

  test('after any answer but 200 no request leaves for three minutes, then both do', async () => {
    const hook = await receiver(204)
    const sim = await start(hook, { 'scenario-retry': 'en-5-15-30-60' }, 0.002)
    sim.employeeComments(1041, 5, 'one')
    await sim.flush()
    hook.answer = 200
    sim.employeeComments(1041, 5, 'two')
    await sim.flush()
    expect(hook.bodies).toHaveLength(1)
    await expect.poll(() => hook.bodies.length).toBe(3)
    expect((hook.times[1] ?? 0) - (hook.times[0] ?? 0)).toBeGreaterThanOrEqual(350)
    expect(sim.scenario.attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 204],
      [1, 200],
      [2, 200],
    ])
  })

  test.each([
    ['ru-15-30-60-60', 5],
    ['en-5-15-30-60', 5],
    ['off', 1],
  ] as const)('scenario-retry %s makes %i attempts', async (position, attempts) => {
    const hook = await receiver(500)
    const sim = await start(hook, { 'scenario-retry': position, 'scenario-stall': 'off' }, 0.000_01)
    sim.employeeComments(1041, 5, 'one')
    await expect.poll(() => hook.bodies.length).toBe(attempts)
    await sim.flush()
    expect(hook.bodies).toHaveLength(attempts)
  })

  test.each(['5 s', '30 s', '60 s'] as const)('scenario-timeout %s counts as a failure', async (position) => {
    const hook = await receiver('silence')
    const sim = await start(hook, { 'scenario-timeout': position, 'scenario-retry': 'off' }, 0.004)
    sim.employeeComments(1041, 5, 'one')
    await sim.flush()
    expect(sim.scenario.attempts).toMatchObject([{ outcome: 'timeout' }])
  })

  test('scenario-body: texts break JSON unless escaped, and empty lists may come as strings', async () => {
    const hook = await receiver()
    const sim = await start(hook)
    sim.scenario.bodyTemplate = '{"name": "{{Задача.Название}}", "files": {{Комментарий.Файлы}}}'
    sim.employeeComments(1041, 5, 'one')
    await sim.flush()
    sim.setSwitch('scenario-body', 'escaped')
    sim.employeeComments(1041, 5, 'two')
    await sim.flush()
    sim.setSwitch('scenario-body', 'empty-lists-as-strings')
    sim.employeeComments(1041, 5, 'three')
    await sim.flush()
    expect(() => JSON.parse(hook.bodies[0] ?? '')).toThrow()
    expect(JSON.parse(hook.bodies[1] ?? '')).toEqual({ name: 'Anna "the" Client', files: [] })
    expect(hook.bodies[2]).toContain('"files": "[]"')
  })
})

describe('control by another process', () => {
  const act = async (sim: PlanfixSimulator, name: string, body: unknown, type = 'application/json') => {
    const response = await fetch(`${sim.url}/control/${name}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  const look = async (sim: PlanfixSimulator, name: string) =>
    (await fetch(`${sim.url}/control/${name}`)).json()

  test('control over HTTP does the same as the methods, without faults', async () => {
    const sim = await start(await receiver())
    await act(sim, 'fault', { kind: 'status', status: 502 })
    await act(sim, 'employeeComments', { taskId: 1041, userId: 'user:5', html: 'hello' })
    await act(sim, 'completes', { taskId: 1041 })
    await act(sim, 'switch', { name: 'newlines', position: 'kept' })
    await act(sim, 'limits', { requestsPerSecond: null, dailyLimit: 50 })
    await act(sim, 'addsFile', { name: 'a.txt', text: 'x' })
    expect((await fetch(`${sim.restUrl}/ping`)).status).toBe(502)
    await act(sim, 'clearFaults', {})
    expect(await look(sim, 'task?id=1041')).toMatchObject({ statusKey: 'completed', comments: 2 })
    expect(await look(sim, 'comments?taskId=1041')).toMatchObject([
      { isTaskDescription: true },
      { description: 'hello' },
    ])
    const all = (await look(sim, 'allComments')) as { id: number; description: string }[]
    expect(all.map(({ description }) => description)).toContain('hello')
    expect(await look(sim, `allComments?after=${all.at(-2)?.id}`)).toEqual(all.slice(-1))
    expect(await look(sim, 'state')).toMatchObject({ switches: { newlines: 'kept' }, dailyLimit: 50 })
    expect(await look(sim, 'summary')).toMatchObject({ tasks: 1, files: 1, violations: 0 })
    expect(await look(sim, 'requests')).toHaveLength(2)
  })

  test('control over HTTP edits and restores comments and reassigns tasks', async () => {
    const sim = await start(await receiver())
    const { id } = sim.employeeComments(1041, 5, 'hello')
    const card = sim.createsContact({ name: 'Big customer' })
    await act(sim, 'deletesComment', { commentId: id })
    await act(sim, 'restoresComment', { commentId: id })
    await act(sim, 'editsComment', { commentId: id, html: 'a note', recipients: [], hidden: true })
    await act(sim, 'givesTaskTo', { taskId: 1041, contactId: card.id })
    expect(sim.comments(1041)[1]).toMatchObject({ description: 'a note', isDeleted: false, isHidden: true })
    expect(sim.task(1041)?.counterparty).toBe(`contact:${card.id}`)
  })

  test('control over HTTP refuses other formats than JSON and names missing objects', async () => {
    const sim = await start(await receiver())
    expect((await act(sim, 'completes', { taskId: 1041 }, 'text/plain')).status).toBe(415)
    expect(await act(sim, 'completes', { taskId: 5 })).toMatchObject({
      status: 400,
      body: { error: 'no task 5' },
    })
    expect((await act(sim, 'nonsense', {})).status).toBe(404)
  })
})
