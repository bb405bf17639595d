import { EventEmitter } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Notification } from 'electron'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type NoticeSource,
  type NoticeTarget,
  type Notifications,
  startNotifications,
} from '../../../../src/main/desktop/notifications/notifications.ts'
import type { Change, Listener } from '../../../../src/main/engine/ports.ts'
import { type Configuration, configuration } from '../../../../src/shared/config.ts'
import type { Conversation } from '../../../../src/shared/domain.ts'
import { firstUnanswered } from '../../../../src/shared/messages/unanswered.ts'
import { conversation, message } from '../../../support/builders.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { MINUTE, MORNING } from './scene.ts'

const SHOP = {
  id: 'shop',
  name: 'shop.example',
  chatra: { publicKey: 'k' },
  planfix: { baseUrl: 'https://a.planfix.com/rest' },
}

/** The part of the application that notifications use. */
class Stage {
  readonly clock = new FakeClock(MORNING)
  readonly opened: NoticeTarget[] = []
  readonly shown: FakeNotification[] = []
  readonly logged: string[] = []
  readonly messages = new Map<number, ReturnType<typeof message>>()
  readonly conversations = new Map<number, Conversation>()
  facts = new Map<string, unknown>()
  supported = true
  configuration: Configuration = configuration.parse({ connections: [SHOP] })
  tell: Listener = {}
  /** Windows reports a click. */
  activated: (details: { type: string; arguments: string; reply?: string }) => void = () => undefined
  /** What the application stored, and what it answers. */
  readonly replies: { conversationId: number; text: string; employeeId: number; key: string }[] = []
  answer: 'stored' | 'not-found' | 'broken' = 'stored'
  /** What macOS still shows of an earlier run. */
  readonly history: FakeNotification[]
  readonly notifications: Notifications

  constructor(
    facts = new Map<string, unknown>(),
    { platform = 'win32', history = [] }: { platform?: NodeJS.Platform; history?: FakeNotification[] } = {},
  ) {
    this.facts = facts
    this.history = history
    const stage = this
    class Shown extends FakeNotification {
      static isSupported = () => stage.supported
      static handleActivation = (activated: Stage['activated']) => {
        stage.activated = activated
      }
      static getHistory = async () => stage.history
      constructor(options: Shown['options']) {
        super(options)
        stage.shown.push(this)
      }
    }
    const application = {
      clock: this.clock,
      get configuration() {
        return stage.configuration
      },
      connections: new Map(),
      publicAddress: { lostAt: null },
      storeFailing: null,
      reply: async (conversationId: number, reply: { text: string; employeeId: number; key: string }) => {
        if (stage.answer === 'broken') throw new Error('disk full')
        stage.replies.push({ conversationId, ...reply })
        return stage.answer
      },
      subscribe(listener: Listener) {
        stage.tell = listener
        return () => {
          stage.tell = {}
        }
      },
      store: {
        fact: async (_id: string, key: string) => structuredClone(stage.facts.get(key)) ?? null,
        commit: async (changes: Change[]) => {
          for (const one of changes) if (one.type === 'fact.set') stage.facts.set(one.key, one.value)
        },
        unansweredAmong: async ([conversationId = 0]: number[]) => {
          const first = firstUnanswered([...stage.messages.values()])
          return first
            ? [{ conversationId, connectionId: 'shop', messageId: first.id, since: first.writtenAt }]
            : []
        },
        conversation: async (id: number) => stage.conversations.get(id) ?? null,
        shownMessages: async (ids: number[]) =>
          ids.flatMap((id) => {
            const found = stage.messages.get(id)
            return found
              ? [{ message: found, conversation: null, client: null, canRetry: true, canDismiss: true }]
              : []
          }),
      },
    } as unknown as NoticeSource
    const note = (_fields: object, text: string) => void this.logged.push(text)
    this.notifications = startNotifications({
      application,
      Notification: Shown as unknown as typeof Notification,
      open: (target) => void this.opened.push(target),
      log: { info: note, warn: note, error: note },
      platform,
    })
  }

  get titles(): string[] {
    return this.shown.map(({ options }) => options.title)
  }
}

class FakeNotification extends EventEmitter {
  readonly options: {
    title: string
    body: string
    id?: string
    silent?: boolean
    hasReply?: boolean
    replyPlaceholder?: string
  }
  readonly id: string
  isShown = false
  constructor(options: FakeNotification['options']) {
    super()
    this.options = options
    this.id = options.id ?? ''
  }
  show() {
    this.isShown = true
  }
}

/** Notifications without a reference are collected afterwards. */
async function collected(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let n = 0; n < 3; n++) {
    await settle()
    collect()
  }
}

let stage: Stage
beforeEach(async () => {
  stage = new Stage()
  await settle()
})

describe('notifications', () => {
  test('a click on a new chat opens its conversation', async () => {
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello\nthere')
    expect(stage.shown[0]).toMatchObject({
      isShown: true,
      options: { title: 'New chat: Anna', body: 'Hello' },
    })
    stage.shown[0]?.emit('click')
    await settle()
    expect(stage.opened).toEqual([{ kind: 'conversation', connectionId: 'shop', conversationId: 7 }])
  })

  test('a click in the Windows Action Center opens the conversation', async () => {
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    const held = new WeakRef(stage.shown.pop()!)
    held.deref()?.emit('close', { reason: 'timedOut' })
    await collected()
    expect(held.deref()).toBeDefined()
    held.deref()?.emit('click')
    await settle()
    expect(stage.opened).toMatchObject([{ kind: 'conversation', conversationId: 7 }])
  })

  test.each(['userCanceled', 'applicationHidden', undefined])(
    'a notification that was closed (%s) is released',
    async (reason) => {
      stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
      const held = new WeakRef(stage.shown.pop()!)
      held.deref()?.emit('close', { reason })
      await collected()
      expect(held.deref()).toBeUndefined()
    },
  )

  test('a refusal of the system is reported until a notification is shown', async () => {
    expect(stage.notifications.refused).toBe(false)
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    stage.shown[0]?.emit('failed', {}, 'UNErrorDomain 1')
    expect(stage.notifications.refused).toBe(true)
    stage.notifications.updateBusy('1.2.3')
    stage.shown[1]?.emit('show', {})
    expect(stage.notifications.refused).toBe(false)
  })

  test('a click opens the task in Planfix if configured, also after a later merge', async () => {
    stage.configuration = configuration.parse({ connections: [SHOP], notifications: { opens: 'planfix' } })
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    stage.conversations.set(7, conversation({ id: 7, mergedInto: 8 }))
    stage.conversations.set(8, conversation({ id: 8, taskId: 55 }))
    stage.shown[0]?.emit('click')
    await settle()
    expect(stage.opened).toEqual([{ kind: 'task', url: 'https://a.planfix.com/task/55' }])
  })

  test('while there is no task, a click opens the conversation', async () => {
    stage.configuration = configuration.parse({ connections: [SHOP], notifications: { opens: 'planfix' } })
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    stage.conversations.set(7, conversation({ id: 7 }))
    stage.shown[0]?.emit('click')
    await settle()
    expect(stage.opened).toMatchObject([{ kind: 'conversation' }])
  })

  test('a failed message is notified, and one that has settled meanwhile is not', async () => {
    stage.messages.set(1, message({ id: 1, state: 'failed', text: 'Where is it?' }))
    stage.messages.set(2, message({ id: 2, state: 'delivered' }))
    stage.tell.stuck?.(1, 'failed')
    stage.tell.stuck?.(2, 'uncertain')
    await stage.clock.advance(5 * MINUTE)
    expect(stage.shown.map(({ options }) => options)).toMatchObject([
      { title: 'A message from Anna did not reach Planfix', body: 'Where is it?' },
    ])
    expect(stage.clock.waiting).toBe(0)
  })

  test('a chat notified before a restart is not notified again', async () => {
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    await settle()
    stage.notifications.stop()
    const next = new Stage(stage.facts)
    // Published before the stored state was read.
    next.tell.newChat?.('shop', 7, 'Anna', 'Hello again')
    next.tell.newChat?.('shop', 8, 'Boris', 'Hello')
    await settle()
    expect(next.titles).toEqual(['New chat: Boris'])
  })

  test('quiet hours that are switched off end at once', async () => {
    stage.configuration = configuration.parse({
      connections: [SHOP],
      notifications: { quiet: { from: '09:00', to: '18:00' } },
    })
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    expect(stage.shown).toEqual([])
    stage.configuration = configuration.parse({ connections: [SHOP] })
    stage.tell.configurationChanged?.(stage.configuration)
    expect(stage.titles).toEqual(['During the quiet hours'])
  })

  test('no timer runs without events, and nothing is shown after the end', async () => {
    expect(stage.clock.waiting).toBe(0)
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    const { tell } = stage
    tell.newChat?.('shop', 8, 'Boris', 'Hello')
    stage.notifications.stop()
    tell.newChat?.('shop', 9, 'Vera', 'Hello')
    await stage.clock.advance(MINUTE)
    expect(stage.titles).toEqual(['New chat: Anna'])
    expect(stage.clock.waiting).toBe(0)
  })

  test('a system without notifications is logged once', async () => {
    stage.supported = false
    for (let id = 1; id < 4; id++) stage.tell.newChat?.('shop', id, 'Anna', 'Hello')
    await stage.clock.advance(MINUTE)
    expect(stage.shown).toEqual([])
    expect(stage.logged.filter((text) => text.includes('shows no notifications'))).toHaveLength(1)
  })

  test('a new version waits for the end of quiet hours, and a click installs it', async () => {
    stage.configuration = configuration.parse({ notifications: { quiet: { from: '09:00', to: '11:00' } } })
    stage.notifications.update({ version: '1.2.3', onQuit: true })
    expect(stage.shown).toEqual([])
    await stage.clock.advance(61 * MINUTE)
    expect(stage.titles).toEqual(['Version 1.2.3 is ready to install'])
    stage.shown[0]?.emit('click')
    expect(stage.opened).toEqual([{ kind: 'update' }])
  })
})

describe('after a restart', () => {
  test('a click in the Windows Action Center opens the conversation of an earlier run', () => {
    stage.activated({ type: 'click', arguments: 'type=click&tag=conversation.7.k3-0' })
    expect(stage.opened).toEqual([{ kind: 'conversation', connectionId: null, conversationId: 7 }])
  })

  test('a click that names nothing opens the window', () => {
    stage.activated({ type: 'click', arguments: 'type=click&tag=14317607570838471237' })
    expect(stage.opened).toEqual([{ kind: 'page', route: '/' }])
  })

  test('a click on a notification of this run opens its target once', async () => {
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    const [shown] = stage.shown
    stage.activated({ type: 'click', arguments: `type=click&tag=${shown?.id}` })
    shown?.emit('click')
    await settle()
    expect(stage.opened).toHaveLength(1)
  })

  test("a click in macOS's Notification Center opens the conversation of an earlier run", async () => {
    const earlier = new FakeNotification({ title: '', body: '', id: 'conversation.7.k3-0' })
    const mac = new Stage(new Map(), { platform: 'darwin', history: [earlier] })
    await settle()
    earlier.emit('click')
    expect(mac.opened).toEqual([{ kind: 'conversation', connectionId: null, conversationId: 7 }])
  })

  test('each notification has its own name, short enough for Windows', () => {
    for (let id = 1; id <= 3; id++) stage.tell.newChat?.('shop', 10 ** 14 + id, 'Anna', 'Hello')
    const names = stage.shown.map(({ id }) => id)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(64)
  })
})

describe('the sound', () => {
  test.each([true, false])('notifications sound as the owner chose: %s', (sound) => {
    stage.configuration = configuration.parse({ connections: [SHOP], notifications: { sound } })
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    expect(stage.shown[0]?.options.silent).toBe(!sound)
  })
})

describe('a client who waits', () => {
  const written = (id: number, fields: object = {}) =>
    stage.messages.set(
      id,
      message({ id, conversationId: 7, text: `text ${id}`, writtenAt: MORNING, ...fields }),
    )

  test('a client who waits for an answer is notified after the time of the setting', async () => {
    written(1)
    stage.tell.clientWrote?.('shop', 7)
    await stage.clock.advance(15 * MINUTE - 1)
    expect(stage.titles).toEqual([])
    await stage.clock.advance(1)
    expect(stage.titles).toEqual(['Anna is waiting for an answer'])
    expect(stage.shown[0]?.options.body).toBe('For 15 minutes: text 1')
  })

  test('a client who was answered meanwhile is not notified', async () => {
    written(1)
    stage.tell.clientWrote?.('shop', 7)
    written(2, {
      direction: 'to-chatra',
      author: { kind: 'employee', id: 5, name: 'Ana' },
      state: 'delivered',
    })
    await stage.clock.advance(15 * MINUTE)
    expect(stage.titles).toEqual([])
  })
})

describe('a reply in a notification', () => {
  const withReplies = (from: Stage) => {
    from.configuration = configuration.parse({ connections: [{ ...SHOP, options: { replyAs: 5 } }] })
  }
  const typed = async (text: string) => {
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    stage.shown.at(-1)?.emit('reply', { reply: text })
    await settle()
  }

  test('there is no field for it until the owner has chosen as whom to reply', () => {
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    expect(stage.shown[0]?.options.hasReply).toBeUndefined()
  })
  test('it is stored under the number of its conversation, as the chosen employee', async () => {
    withReplies(stage)
    await typed(' Two days ')
    expect(stage.shown[0]?.options).toMatchObject({ hasReply: true, replyPlaceholder: 'Write a reply' })
    expect(stage.replies).toEqual([
      { conversationId: 7, text: 'Two days', employeeId: 5, key: stage.shown[0]?.id },
    ])
    expect(stage.shown).toHaveLength(1)
  })
  test('an empty reply is none', async () => {
    withReplies(stage)
    await typed('  ')
    expect(stage.replies).toEqual([])
    expect(stage.shown).toHaveLength(1)
  })
  test.each(['broken', 'not-found'] as const)(
    'what could not be stored is shown again (%s)',
    async (answer) => {
      withReplies(stage)
      stage.answer = answer
      await typed('Two days')
      expect(stage.shown[1]?.options).toMatchObject({ title: 'Your reply was not saved', body: 'Two days' })
    },
  )
  test('Linux has no field for it', async () => {
    stage = new Stage(new Map(), { platform: 'linux' })
    withReplies(stage)
    await settle()
    stage.tell.newChat?.('shop', 7, 'Anna', 'Hello')
    expect(stage.shown[0]?.options.hasReply).toBeUndefined()
  })
  test('a reply to a notification from before a restart is stored too', async () => {
    withReplies(stage)
    stage.conversations.set(7, conversation({ id: 7, connectionId: 'shop' }))
    stage.activated({ type: 'reply', arguments: 'type=reply&tag=conversation.7.k3', reply: 'Two days' })
    await settle()
    expect(stage.replies).toMatchObject([{ conversationId: 7, text: 'Two days', key: 'conversation.7.k3' }])
  })
  test('macOS passes on a reply to an earlier notification', async () => {
    const earlier = new FakeNotification({ title: '', body: '', id: 'conversation.7.k3' })
    stage = new Stage(new Map(), { platform: 'darwin', history: [earlier] })
    withReplies(stage)
    stage.conversations.set(7, conversation({ id: 7, connectionId: 'shop' }))
    await settle()
    earlier.emit('reply', { reply: 'Two days' })
    await settle()
    expect(stage.replies).toMatchObject([{ conversationId: 7, employeeId: 5 }])
  })
})
