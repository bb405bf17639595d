import { EventEmitter } from 'node:events'
import type { Notification } from 'electron'
import { expect, test } from 'vitest'
import { startNotifications } from '../../src/main/desktop/notifications/notifications.ts'
import { inVirtualWorld, planfixState, taskNamed, withWorld } from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/** The notifications that the owner of this world sees. */
function notificationsOf(world: World) {
  const shown: { title: string; body: string }[] = []
  class Shown extends EventEmitter {
    static isSupported = () => true
    static handleActivation = () => undefined
    constructor(options: { title: string; body: string }) {
      super()
      shown.push({ title: options.title, body: options.body })
    }
    show() {}
  }
  startNotifications({
    application: world.app,
    Notification: Shown as unknown as typeof Notification,
    open: () => {},
    log: { info() {}, warn() {}, error() {} },
    platform: 'win32',
  })
  return {
    shown,
    titles: (start: string) => shown.map(({ title }) => title).filter((title) => title.startsWith(start)),
  }
}

test('a client who continues to write while Planfix is down is one new chat, also after a restart', async () => {
  await withWorld({}, async (world) => {
    const before = notificationsOf(world)
    world.planfix.server.faults.add({ kind: 'status', status: 401 })
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.chatra.flush()
    await world.until('it is told', () => before.titles('New chat: Anna').length > 0)
    anna.says('Is anybody there?')
    await world.chatra.flush()
    await world.app.settled()
    await world.until(
      'the owner is told of Planfix',
      () => before.titles('Planfix is not working').length > 0,
    )
    expect((await planfixState(world)).state).toBe('paused')
    expect(before.shown[0]).toEqual({ title: 'New chat: Anna', body: 'Hello' })
    expect(before.titles('New chat')).toHaveLength(1)

    await world.restart()
    const after = notificationsOf(world)
    anna.says('Hello again')
    await world.chatra.flush()
    await world.app.settled()
    const boris = world.chatra.visit({ name: 'Boris' })
    boris.says('Hello')
    await world.chatra.flush()
    await world.until('the next one is told', () => after.titles('New chat: Boris').length > 0)
    expect(after.titles('New chat: Anna')).toEqual([])
  })
})

test('a reply that Chatra refuses is notified with its client and its text', async () => {
  await withWorld({}, async (world) => {
    const told = notificationsOf(world)
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until('a task', () => world.planfix.tasks[0])
    await world.quiet()
    world.chatra.server.faults.add({ kind: 'status', status: 422, method: 'POST', times: 1 })
    world.planfix.employeeComments(world.task().id, 5, '<p>It is on its way</p>')
    await world.until('it is told', () => told.titles('A reply').length > 0)
    expect(told.shown.find(({ title }) => title.startsWith('A reply'))).toEqual({
      title: 'A reply to Anna was not delivered',
      body: 'It is on its way',
    })
  })
})

test('the owner is reminded of the client who waits, not of the one who was answered', async () => {
  await inVirtualWorld({}, async (world) => {
    const owner = notificationsOf(world)
    const [anna, boris] = ['Anna', 'Boris'].map((name) => world.chatra.visit({ name }))
    anna!.says('Do you deliver?')
    boris!.says('Hello')
    await world.until('both tasks', () => world.planfix.tasks.length === 2)
    world.planfix.employeeComments(taskNamed(world, 'Boris').id, 5, '<p>Good day</p>')
    await world.until('the reply', () => boris!.sees().includes('Good day'))
    await world.pass(16 * 60_000)
    await world.until('the reminder', () => owner.titles('Anna is waiting').length > 0)
    await world.pass(60 * 60_000)
    expect(owner.titles('Anna is waiting')).toHaveLength(1)
    expect(owner.titles('Boris is waiting')).toEqual([])
  })
})
