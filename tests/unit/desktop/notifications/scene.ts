import {
  decideNotices,
  firstNotices,
  type KeptNotices,
  keptOf,
  type NoticeInput,
  type NoticeState,
} from '../../../../src/main/desktop/notifications/policy.ts'
import type { Notice, Stuck } from '../../../../src/main/desktop/notifications/show.ts'
import type { Unanswered } from '../../../../src/main/desktop/notifications/unanswered.ts'
import { configuration } from '../../../../src/shared/config.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/** Ten in the morning by the computer's clock. */
export const MORNING = new Date(2026, 2, 10, 10, 0).getTime()

export type Settings = Parameters<typeof decideNotices>[2]['settings']
const ALL_ON: Settings = configuration.parse({}).notifications

/** The decisions with a clock that moves to each time at which they are due again. */
export class Scene {
  now: number
  settings: Settings
  connections = new Set(['shop', 'other'])
  /** Current failures, as the application reports them. */
  readonly down = new Set<string>()
  /** Messages that are stuck, as the store reports them. */
  readonly stuck = new Map<number, Stuck>()
  /** Conversations whose client waits for an answer, as the store would say. */
  readonly waiting = new Map<number, Unanswered>()
  readonly shown: { at: number; notice: Notice }[] = []
  asked = 0
  private state: NoticeState
  private wakeAt: number | null = null

  constructor(options: { settings?: Partial<Settings>; now?: number; kept?: KeptNotices | null } = {}) {
    this.settings = { ...ALL_ON, ...options.settings }
    this.now = options.now ?? MORNING
    this.state = firstNotices(options.kept ?? null)
    this.step({ type: 'time' })
  }

  step(input: NoticeInput): void {
    this.asked++
    const decision = decideNotices(this.state, input, {
      now: this.now,
      settings: this.settings,
      connections: this.connections,
      isDown: ({ what, connectionId }) => this.down.has(`${what} ${connectionId}`),
    })
    this.state = decision.state
    this.wakeAt = decision.wakeAt
    for (const notice of decision.show) this.shown.push({ at: this.now, notice })
    const messages = decision.look.flatMap((id) => this.stuck.get(id) ?? [])
    if (messages.length > 0) this.step({ type: 'found', messages })
    const unanswered = decision.ask.flatMap((id) => this.waiting.get(id) ?? [])
    if (unanswered.length > 0) this.step({ type: 'unanswered', messages: unanswered })
  }

  /** Time passes; the decisions run whenever they are due. */
  pass(ms: number): void {
    const until = this.now + ms
    while (this.wakeAt !== null && this.wakeAt <= until) {
      this.now = Math.max(this.now, this.wakeAt)
      this.step({ type: 'time' })
    }
    this.now = until
  }

  get isIdle(): boolean {
    return this.wakeAt === null
  }

  /** As after a restart of the program. */
  restarted(): Scene {
    const kept = JSON.parse(JSON.stringify(keptOf(this.state))) as KeptNotices
    return new Scene({ settings: this.settings, now: this.now, kept })
  }

  chat(conversationId: number, client = `Client ${conversationId}`, text = 'Hello'): void {
    this.step({ type: 'chat', chat: { connectionId: 'shop', conversationId, client, text } })
  }

  wrote(conversationId: number): void {
    this.step({ type: 'wrote', connectionId: 'shop', conversationId })
  }

  fails(id: number, fields: Partial<Stuck> = {}): void {
    const message: Stuck = {
      id,
      connectionId: 'shop',
      conversationId: 1,
      client: 'Anna',
      direction: 'to-chatra',
      text: 'Your order is here',
      state: 'failed',
      ...fields,
    }
    this.stuck.set(id, message)
    this.step({ type: 'stuck', messageId: id, state: message.state })
  }

  side(
    side: 'chatra' | 'planfix',
    state: 'ok' | 'waiting' | 'paused',
    { connectionId = 'shop', code = 'unreachable' } = {},
  ): void {
    const place = `${side} ${connectionId}`
    if (state === 'ok') this.down.delete(place)
    else this.down.add(place)
    this.step({
      type: 'side',
      side,
      connectionId,
      state: state === 'ok' ? { state } : { state, code, since: 0, until: 0, detail: 'away' },
    })
  }

  address(isLost: boolean): void {
    if (isLost) this.down.add('address null')
    else this.down.delete('address null')
    const lost = { code: 'tunnel.problem.time-out', params: {}, needsOwner: false }
    this.step({ type: 'address', lost: isLost ? lost : null })
  }

  event(
    key: string,
    params: Record<string, string | number> = {},
    level: 'info' | 'warning' | 'error' = 'warning',
  ): void {
    this.step({ type: 'event', event: { time: this.now, connectionId: null, level, key, params } })
  }

  get kinds(): string[] {
    return this.shown.map(({ notice }) => notice.kind)
  }
  get notices(): Notice[] {
    return this.shown.map(({ notice }) => notice)
  }
}
