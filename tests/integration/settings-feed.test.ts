import { afterEach, expect, test } from 'vitest'
import { WaitingClients } from '../../src/main/api/conversations/waiting-clients.ts'
import { createDrafts } from '../../src/main/api/setup/drafts.ts'
import { stateOf } from '../../src/main/api/state/index.ts'
import { createFeed } from '../../src/main/api/state/push-feed.ts'
import type { EventName, EventValue, Push } from '../../src/shared/api.ts'
import { push } from '../../src/shared/api.ts'
import { Bridge } from '../support/bridge.ts'
import { message } from '../support/builders.ts'

let bridge: Bridge
afterEach(() => bridge.stop())

const of = <N extends EventName>(pushes: readonly Push[], event: N) =>
  pushes.filter((one) => one.event === event).map((one) => one.value as EventValue<N>)

test('a listener gets the state at once, then new messages and each state change', async () => {
  bridge = await Bridge.start()
  const { pushes, end } = bridge.listen()
  await bridge.until('the state', () => pushes[0])
  expect(pushes[0]?.event).toBe('state')
  bridge.chatra.visit({ name: 'Anna' }).says('Hello')
  await bridge.until('it is delivered', () =>
    of(pushes, 'messages').some(({ rows }) => rows.some((row) => row.state === 'delivered')),
  )
  const rows = of(pushes, 'messages').flatMap((one) => one.rows)
  expect(rows.map((row) => row.text)).toEqual(rows.map(() => 'Hello'))
  await bridge.until('the counts', () =>
    of(pushes, 'state').some((state) => state.connections[0]?.counts['to-planfix']?.delivered === 1),
  )
  for (const one of pushes) expect(push.safeParse(one).error).toBeUndefined()
  end()
})

test('a listener gets no events from before or after its subscription', async () => {
  bridge = await Bridge.start()
  bridge.chatra.visit({ name: 'Anna' }).says('before')
  await bridge.until('a task', () => bridge.planfix.tasks[0])
  const first = bridge.listen()
  await bridge.until('the state', () => first.pushes[0])
  first.end()
  const told = first.pushes.length
  bridge.chatra.visit({ name: 'Boris' }).says('between')
  await bridge.until('a task', () => bridge.planfix.tasks[1])
  const delivered = async () => (await bridge.app.store.counts('shop')).states['to-planfix'].delivered === 2
  await bridge.until('both are delivered', delivered)
  const second = bridge.listen()
  bridge.chatra.visit({ name: 'Carla' }).says('after')
  await bridge.until('the message', () => of(second.pushes, 'messages')[0])
  const texts = of(second.pushes, 'messages').flatMap(({ rows }) => rows.map((row) => row.text))
  expect(new Set(texts)).toEqual(new Set(['after']))
  expect(first.pushes.length).toBe(told)
  second.end()
})

test('a second listener gets the state at once as well, and each event comes once', async () => {
  bridge = await Bridge.start()
  const first = bridge.listen()
  await bridge.until('the state', () => first.pushes[0])
  const second = bridge.listen()
  await bridge.until('the state', () => second.pushes[0])
  const checkUp = { run: 1, startedAt: 0, endedAt: null, total: 0, reports: [] }
  bridge.feed.push({ event: 'checkUp', value: checkUp })
  expect([first, second].map(({ pushes }) => of(pushes, 'checkUp').length)).toEqual([1, 1])
  expect(of(first.pushes, 'state')).toHaveLength(1)
})

test('a state that differs only in its time is not pushed again', async () => {
  bridge = await Bridge.start()
  const { pushes } = bridge.listen()
  await bridge.until('the state', () => pushes[0])
  // The clock runs twenty times faster: several polls.
  await new Promise((resolve) => void bridge.app.clock.after(3000, () => resolve(null)))
  expect(of(pushes, 'state')).toHaveLength(1)
  await bridge.get('settings.save', { settings: { theme: 'dark' } })
  await bridge.until('the change', () => of(pushes, 'state').at(-1)?.theme === 'dark')
})

test('events of the bridge are pushed', async () => {
  bridge = await Bridge.start()
  const { pushes } = bridge.listen()
  await bridge.until('the state', () => pushes[0])
  bridge.planfix.setSwitch('account-state', 'code11-403')
  bridge.chatra.visit({ name: 'Anna' }).says('Hello')
  await bridge.until('the event', () => of(pushes, 'event').some(({ key }) => key === 'event.side-paused'))
  await bridge.until(
    'the state',
    () => of(pushes, 'state').at(-1)?.connections[0]?.planfix.state === 'paused',
  )
})

test('too many messages to list are pushed as "more"', async () => {
  bridge = await Bridge.start()
  const { pushes } = bridge.listen()
  await bridge.until('the state', () => pushes[0])
  const { store } = bridge.app
  const add = (count: number) =>
    store.commit(
      Array.from({ length: count }, () => {
        const id = store.newId()
        const added = message({ id, connectionId: 'shop', originKey: `k${id}`, conversationId: null })
        return {
          type: 'message.add' as const,
          message: added,
          states: [{ state: 'received' as const, reason: null }],
        }
      }),
    )
  await add(201)
  await bridge.until('more', () => of(pushes, 'messages').at(-1)?.more)
  expect(of(pushes, 'messages')).toEqual([{ rows: [], more: true }])
  await add(200)
  await bridge.until('rows', () => of(pushes, 'messages').at(-1)?.rows.length === 200)
  await add(1500)
  await bridge.until('more', () => of(pushes, 'messages').at(-1)?.more)
  await add(1)
  await bridge.until('rows', () => of(pushes, 'messages').at(-1)?.rows.length === 1)
})

test('the feed stops without listeners, and an exception of one does not affect others', async () => {
  bridge = await Bridge.start()
  const timers: number[] = []
  const application = Object.create(bridge.app, {
    clock: {
      value: {
        now: () => bridge.app.now(),
        after(ms: number, work: () => void) {
          timers.push(ms)
          return bridge.app.clock.after(ms, work)
        },
      },
    },
  })
  const log = { info() {}, warn() {}, error() {} }
  const drafts = createDrafts(bridge.app.store)
  const state = () =>
    stateOf({
      ...{ application, drafts, waiting: new WaitingClients(application, log) },
      ...{ settings: {}, secrets: {}, runningDemo: null, notices: () => [] },
    } as never)
  const feed = createFeed({ application, state, log })
  await new Promise((resolve) => setImmediate(resolve))
  expect(timers).toEqual([])
  const pushes: Push[] = []
  const endBad = feed.subscribe(() => {
    throw new Error('gone')
  })
  const end = feed.subscribe((one) => pushes.push(one))
  await bridge.until('the state', () => pushes[0] && timers.length > 1)
  expect(new Set(timers)).toEqual(new Set([250]))
  endBad()
  end()
  const looked = timers.length
  await new Promise((resolve) => setImmediate(resolve))
  expect(timers.length).toBe(looked)
})
