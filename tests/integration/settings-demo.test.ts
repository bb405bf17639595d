import { afterEach, expect, test } from 'vitest'
import { startDemoAccounts } from '../../src/main/demo/accounts.ts'
import type { Language } from '../../src/shared/languages.ts'
import { Bridge } from '../support/bridge.ts'

let bridge: Bridge
let accounts: Awaited<ReturnType<typeof startDemoAccounts>>
const demo = {
  async start(language: () => Language) {
    accounts = await startDemoAccounts(language)
    return accounts
  },
}
const start = async (file: Parameters<typeof Bridge.start>[0] = null) => {
  bridge = await Bridge.start(file, { demo, speed: 1 })
}
afterEach(() => bridge.stop())

test('a demo delivers messages between simulated accounts at once, and is in no file', async () => {
  await start()
  const running = await bridge.get('demo.start', {})
  expect(running.connectionId).toMatch(/^demo-[a-z0-9]+$/)
  const state = await bridge.get('state.get', {})
  expect(state).toMatchObject({
    demo: running,
    connections: [{ id: running.connectionId, demo: true, missing: [], enabled: true }],
  })
  expect((await fetch(running.visitorUrl)).status).toBe(200)
  const { chatra, planfix } = accounts.simulators
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  const task = await bridge.until('a task', () => planfix.tasks[0])
  planfix.employeeComments(task.id, 5, '<p>Good day</p>')
  await bridge.until('a reply', () => anna.sees().includes('Good day'))
  expect(() => bridge.read()).toThrow('ENOENT')
})

test('the demo runs beside real connections, whose settings can be changed meanwhile', async () => {
  await start((one) => ({ connections: [one.shop()] }))
  const live = bridge.app.connections.get('shop')
  const { connectionId } = await bridge.get('demo.start', {})
  expect(await bridge.get('demo.start', {})).toMatchObject({ connectionId })
  await bridge.get('settings.save', { settings: { retentionDays: 7 } })
  expect([...bridge.app.connections.keys()]).toEqual(['shop', connectionId])
  expect(bridge.app.connections.get('shop')).toBe(live)
  const { text } = await bridge.get('settings.export', {})
  expect(JSON.stringify([bridge.read(), text])).not.toContain('demo-')
})

test("the demo's pages follow the language of the program", async () => {
  await start((one) => ({ language: 'en', connections: [one.shop()] }))
  const { visitorUrl, planfixUrl } = await bridge.get('demo.start', {})
  const languages = async () =>
    Promise.all(
      [visitorUrl, planfixUrl].map(
        async (url) => /<html lang="(\w+)">/.exec(await (await fetch(url)).text())?.[1],
      ),
    )
  expect(await languages()).toEqual(['en', 'en'])
  await bridge.get('settings.save', { settings: { language: 'ru' } })
  expect(await languages()).toEqual(['ru', 'ru'])
})

test("the demo's settings can be changed, only in memory", async () => {
  await start()
  const { connectionId: id } = await bridge.get('demo.start', {})
  const { settings } = await bridge.get('connection.get', { id })
  settings.options.sendAsEmployee = false
  await bridge.get('connection.save', { id, settings })
  expect(bridge.app.connections.get(id)?.settings.options.sendAsEmployee).toBe(false)
  const refused = await bridge.refusal('connection.save', { id, settings: { ...settings, name: '' } })
  expect(refused).toMatchObject({ code: 'invalid', field: 'name' })
  expect(await bridge.refusal('connection.newWebhookSecret', { id })).toMatchObject({ code: 'unavailable' })
  expect(() => bridge.read()).toThrow('ENOENT')
})

test.each(['demo.stop', 'connection.remove'] as const)(
  '%s stops its accounts and removes it; its messages stay in the log',
  async (name) => {
    await start((one) => ({ connections: [one.shop()] }))
    const { connectionId, visitorUrl } = await bridge.get('demo.start', {})
    const token = accounts.planfix.token
    accounts.simulators.chatra.visit({ name: 'Anna' }).says('Hello')
    await bridge.until('a task', () => accounts.simulators.planfix.tasks[0])
    await (name === 'demo.stop'
      ? bridge.get('demo.stop', {})
      : bridge.get('connection.remove', { id: connectionId }))
    expect([...bridge.app.connections.keys()]).toEqual(['shop'])
    expect((await bridge.get('state.get', {})).demo).toBeNull()
    await expect(fetch(visitorUrl)).rejects.toThrow()
    expect(await bridge.secrets.get(connectionId, 'PLANFIX_TOKEN')).toBeNull()
    expect(bridge.redact(token)).toBe('***')
    const { rows } = await bridge.get('log.page', { filter: { connectionId }, fromId: null, limit: 10 })
    expect(rows.map((row) => row.text)).toContain('Hello')
    const again = await bridge.get('demo.start', {})
    expect(again.connectionId).not.toBe(connectionId)
  },
)

test('two demo requests at the same moment start one demo', async () => {
  await start()
  const [one, other] = await Promise.all([bridge.get('demo.start', {}), bridge.get('demo.start', {})])
  expect(one).toEqual(other)
})

test('a host without simulators refuses a demo', async () => {
  bridge = await Bridge.start(null)
  expect(await bridge.refusal('demo.start', {})).toMatchObject({ code: 'unavailable' })
  expect(await bridge.get('demo.stop', {})).toEqual({})
})

test('the demo ends with the program', async () => {
  await start()
  const { visitorUrl } = await bridge.get('demo.start', {})
  await bridge.restart()
  await expect(fetch(visitorUrl)).rejects.toThrow()
  expect(bridge.app.connections.size).toBe(0)
})
