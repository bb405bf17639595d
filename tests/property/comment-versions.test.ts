import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  planReply,
  type ReplyStep,
  TARGET_NOT_ARRIVED,
  WAITS_FOR_TARGET,
} from '../../src/main/engine/delivery/chatra/chatra-plan.ts'
import { decideComment } from '../../src/main/engine/intake/comment/comment.ts'
import type { CommentState } from '../../src/main/engine/intake/comment/comment-input.ts'
import { mayGoOut } from '../../src/main/engine/intake/comment/may-go-out.ts'
import { isSamePart, type Part, partsOf } from '../../src/main/engine/intake/parts.ts'
import type { Change, PlanfixComment } from '../../src/main/engine/ports.ts'
import { RETRIED_BY_HAND } from '../../src/main/engine/ports.ts'
import { isOpen, type Message } from '../../src/shared/domain.ts'
import { comment, conversation, settingsOf, task } from '../unit/engine/values.ts'

/**
 * A comment has any number of versions while its messages are delivered, fail, have an unknown result, are dismissed,
 * sent again by hand, or turn up late. Whatever happened, in the end the chat shows the last version, and no call
 * ever contained what must not be sent.
 */
const MAX_TEXT = 40
const lineLength = (name: string) => name.length + 5
const settings = settingsOf({
  employees: [{ planfixUserId: 'user:5' }, { planfixUserId: 'user:7', allowed: false }],
})

interface Version {
  words: number
  files: number[]
  hidden: boolean
  notified: boolean
  allowed: boolean
  deleted: boolean
  /** The text of the previous version is kept: only something else changes. */
  sameWords: boolean
}
const version: fc.Arbitrary<Version> = fc.record({
  words: fc.nat({ max: 14 }),
  files: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  hidden: rarely(),
  notified: mostly(),
  allowed: mostly(),
  deleted: rarely(),
  sameWords: fc.boolean(),
})
function rarely() {
  return fc.nat({ max: 5 }).map((n) => n === 0)
}
function mostly() {
  return fc.nat({ max: 4 }).map((n) => n > 0)
}

type Outcome = 'delivered' | 'refused' | 'later' | 'unclear-but-there' | 'unclear-and-lost'
type Step =
  | { do: 'version'; version: Version }
  | { do: 'begin' }
  | { do: 'end'; outcome: Outcome }
  /**
   * Messages with an unknown result are settled by their echoes, or given up; the owner does `dismiss` and `retry`.
   */
  | { do: 'settle' | 'turn-up' | 'dismiss' | 'retry' }
const outcome = fc.constantFrom<Outcome>(
  ...(['delivered', 'delivered', 'refused', 'later', 'unclear-but-there', 'unclear-and-lost'] as const),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: version.map((one): Step => ({ do: 'version', version: one })) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'begin' }) },
  { weight: 4, arbitrary: outcome.map((one): Step => ({ do: 'end', outcome: one })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>({ do: 'settle' }, { do: 'turn-up' }, { do: 'dismiss' }, { do: 'retry' }),
  },
)
/** A rare case: the first message is given up, others replace it, and it turns up. */
const late = version.map((one): Step[] => [
  ...[
    { do: 'begin' } as const,
    { do: 'end', outcome: 'unclear-and-lost' } as const,
    { do: 'settle' } as const,
  ],
  { do: 'version', version: one },
  ...Array.from({ length: 3 }, () => [
    { do: 'begin' } as const,
    { do: 'end', outcome: 'delivered' } as const,
  ]).flat(),
  { do: 'turn-up' },
])
const story = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc
    .array(fc.oneof({ weight: 20, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: late }), {
      maxLength,
    })
    .map((parts) => parts.flat())

/** A message in the chat, and the time it appeared. */
interface Said {
  id: string
  shows: Part
  at: number
}

/** The store, the chat, and one queue between them, as simply as possible. */
class Small {
  readonly messages = new Map<number, Message>()
  chat: Said[] = []
  /** Calls to Chatra with the version that was known when they began. */
  readonly calls: { shows: Part; desired: readonly Part[] }[] = []
  current: PlanfixComment = comment({ text: 'begin' })
  private text = 'begin'
  private number = 0
  private ids = 100
  private clock = 1000
  private underWay: Message | null = null
  /** Sent or not: there was no answer. */
  private readonly unknown = new Map<number, Said>()
  private readonly claimed = new Map<number, string | null>()

  read(next: Version): void {
    this.number += 1
    if (!next.sameWords) {
      const words = Array.from({ length: next.words }, () => `v${this.number}`)
      this.text = words.join(' ')
    }
    this.decide(
      comment({
        text: this.text,
        files: next.files.map((id) => ({ id, name: `f${id}`, size: 1 })),
        isHidden: next.hidden,
        isDeleted: next.deleted,
        recipients: next.notified ? ['contact:92'] : [],
        owner: next.allowed ? 'user:5' : 'user:7',
      }),
    )
  }

  decide(next: PlanfixComment): void {
    this.current = next
    const all = [...this.messages.values()]
    const state: CommentState = {
      settings,
      now: 1000,
      task: task(),
      conversation: conversation(),
      contactIds: [92],
      known: all.filter(({ kind }) => kind === 'text'),
      changes: all.filter(({ kind }) => kind !== 'text'),
      attempts: [],
      maxText: MAX_TEXT,
      lineLength,
      newId: () => this.ids++,
    }
    for (const change of decideComment({ taskId: 100, comment: next }, state).changes) this.apply(change)
  }

  desired(): readonly Part[] {
    const goesOut = mayGoOut(this.current, settings, [92]).goesOut
    return goesOut ? partsOf(this.current, MAX_TEXT, lineLength) : []
  }

  private apply(change: Change): void {
    if (change.type === 'message.add') {
      const known = [...this.messages.values()].some((one) => one.originKey === change.message.originKey)
      expect(known).toBe(false)
      this.messages.set(change.message.id, change.message)
    }
    if (change.type !== 'message.patch') return
    const message = this.messages.get(change.id)!
    if (change.from && !change.from.includes(message.state)) return
    this.messages.set(change.id, { ...message, ...change.patch })
  }

  private patch(message: Message, patch: Partial<Message>): void {
    this.messages.set(message.id, { ...this.messages.get(message.id)!, ...patch })
  }

  private get inOrder(): Message[] {
    return [...this.messages.values()].toSorted((a, b) => a.position - b.position || a.id - b.id)
  }

  private next(): ReplyStep {
    const waiting = this.inOrder.filter(({ state }) => isOpen(state) || state === 'uncertain')
    const now = { conversation: conversation(), now: this.clock, writing: null }
    return planReply({ ...now, waiting, targets: this.messages, arrivals: new Map() })
  }

  /** One step of the queue; false when there is nothing to do. */
  begin(): boolean {
    if (this.underWay) return false
    const step = this.next()
    switch (step.do) {
      case 'let-wait':
        this.patch(step.message, { state: 'queued', reason: WAITS_FOR_TARGET })
        return true
      case 'drop':
        this.patch(step.message, { state: 'skipped', reason: step.reason })
        if (step.reason === TARGET_NOT_ARRIVED) this.decide(this.current)
        return true
      case 'send':
      case 'change':
        this.call(step.message)
        return true
      default:
        return false
    }
  }

  private call(message: Message): void {
    const target = message.targetId === null ? null : this.messages.get(message.targetId)!
    // A reply that the owner sends again, or that another version has overtaken, is checked once more
    // (delivery/chatra/before-sending.ts).
    const print = (target ?? message).fingerprint
    const isOvertaken = this.claimed.has(message.id) && this.claimed.get(message.id) !== print
    this.claimed.set(message.id, print)
    if (message.reason === RETRIED_BY_HAND || isOvertaken) {
      this.decide(this.current)
      const now = this.messages.get(message.id)!
      if (now.reason === RETRIED_BY_HAND) this.patch(now, { reason: null })
      return
    }
    this.patch(message, { state: 'sending', reason: null, sentAt: this.clock++, sentFingerprint: 'print' })
    this.underWay = this.messages.get(message.id)!
    const shows = { text: message.text, files: message.files }
    if (message.kind !== 'delete') this.calls.push({ shows, desired: this.desired() })
  }

  end(what: Outcome): void {
    const message = this.underWay
    if (!message) return
    this.underWay = null
    const shows = { text: message.text, files: message.files }
    if (message.kind !== 'text') {
      this.patch(message, { state: what === 'delivered' ? 'delivered' : 'retrying' })
      if (what !== 'delivered') return
      const id = this.messages.get(message.targetId!)!.chatraMessageId
      if (message.kind === 'edit')
        this.chat = this.chat.map((one) => (one.id === id ? { ...one, shows } : one))
      else this.chat = this.chat.filter((one) => one.id !== id)
      return
    }
    const said = { id: `m${message.id}-${this.calls.length}`, shows, at: this.clock++ }
    if (what === 'delivered') this.patch(message, { state: 'delivered', chatraMessageId: said.id })
    const refused = { sentFingerprint: null }
    if (what === 'refused') this.patch(message, { state: 'failed', reason: 'chatra: refused', ...refused })
    if (what === 'later')
      this.patch(message, { state: 'retrying', reason: 'chatra: rate-limited', ...refused })
    if (what.startsWith('unclear')) this.patch(message, { state: 'uncertain', reason: 'chatra: unclear' })
    if (what === 'delivered' || what === 'unclear-but-there') this.chat.push(said)
    if (what.startsWith('unclear')) this.unknown.set(message.id, said)
    else this.unknown.delete(message.id)
  }

  /** An echo, or its absence in a transcript, settles an indeterminate send. */
  settle(): void {
    for (const message of this.inOrder) {
      if (message.state !== 'uncertain') continue
      const said = this.unknown.get(message.id)!
      if (this.chat.includes(said)) this.arrive(message, said)
      else this.patch(message, { state: 'failed', reason: 'not-arrived' })
    }
  }

  /** A message that was given up is in the chat after all. */
  turnUp(): void {
    const [first] = this.inOrder.filter(({ id, state }) => this.unknown.has(id) && state !== 'sending')
    const said = first && this.unknown.get(first.id)
    if (!first || !said) return
    if (!this.chat.includes(said)) {
      said.at = this.clock++
      this.chat.push(said)
    }
    this.arrive(first, said)
  }

  private arrive(message: Message, { id: chatraMessageId, at }: Said): void {
    this.unknown.delete(message.id)
    this.patch(message, { state: 'delivered', reason: 'echo-seen', chatraMessageId })
    if (message.state !== 'failed' && message.state !== 'skipped') return
    this.patch(message, { sentAt: at })
    // delivery/jobs/reread.ts
    this.decide(this.current)
  }

  dismiss(): void {
    const stuck = this.inOrder.find(({ state }) => state === 'uncertain' || state === 'failed')
    if (stuck) this.patch(stuck, { state: 'skipped', reason: 'dismissed' })
  }

  /** A second copy of a reply that perhaps arrived would be the owner's own decision. */
  retry(): void {
    const stuck = this.inOrder.find(({ id, state }) => state === 'failed' && !this.unknown.has(id))
    if (stuck) this.patch(stuck, { state: 'queued', reason: RETRIED_BY_HAND, attempts: 0 })
  }

  /** Everything works again, and all echoes come. */
  drain(): void {
    this.end('delivered')
    for (let n = 0; n < 200; n++) {
      for (const [id, said] of this.unknown) {
        if (this.chat.includes(said)) this.arrive(this.messages.get(id)!, said)
      }
      this.settle()
      if (!this.begin()) return
      this.end('delivered')
    }
    throw new Error('it never ends')
  }

  /** A part of it was shown to the owner as failed, or the owner has dismissed it. */
  get isGivenUp(): boolean {
    return [...this.messages.values()].some(
      ({ state, reason }) => state === 'failed' || reason === 'dismissed',
    )
  }
  get isWaiting(): boolean {
    return [...this.messages.values()].some(({ state }) => isOpen(state))
  }
}

const live = (steps: readonly Step[], last: Version): Small => {
  const small = new Small()
  small.decide(small.current)
  for (const one of steps) {
    if (one.do === 'version') small.read(one.version)
    if (one.do === 'begin') small.begin()
    if (one.do === 'end') small.end(one.outcome)
    if (one.do === 'settle') small.settle()
    if (one.do === 'turn-up') small.turnUp()
    if (one.do === 'dismiss') small.dismiss()
    if (one.do === 'retry') small.retry()
  }
  small.read(last)
  small.drain()
  return small
}
const shown = (parts: readonly Part[]) =>
  parts.map(({ text, files }) => [text, ...files.map(({ name }) => name)].join('|'))

test("after any changes the chat shows the comment's last version, each part once", () => {
  fc.assert(
    fc.property(story(25), version, (steps, last) => {
      const small = live(steps, last)
      const verdict = mayGoOut(small.current, settings, [92])
      const isInternal = !verdict.goesOut && verdict.reason !== 'deleted' && verdict.reason !== 'empty'
      if (isInternal) return
      const chat = shown(small.chat.map(({ shows }) => shows))
      const desired = shown(small.desired())
      // A note has reported to the employee what was refused or did not arrive.
      if (small.isGivenUp) {
        expect(chat.every((one) => desired.includes(one))).toBe(true)
        expect(new Set(chat).size).toBe(chat.length)
      } else expect(chat).toEqual(desired)
    }),
    { numRuns: 3000 },
  )
})

test('each call sends only parts of the known version that may go out', () => {
  fc.assert(
    fc.property(story(25), version, (steps, last) => {
      const small = live(steps, last)
      for (const { shows, desired } of small.calls) {
        expect(desired.some((part) => isSamePart(part, shows))).toBe(true)
      }
    }),
    { numRuns: 3000 },
  )
})

test('an internal version changes nothing in the chat, and none of it waits', () => {
  fc.assert(
    fc.property(story(15), version, (steps, last) => {
      const small = live(steps, last)
      small.read({ ...last, words: 5, sameWords: false, hidden: true, deleted: false })
      const before = shown(small.chat.map(({ shows }) => shows))
      small.drain()
      expect(shown(small.chat.map(({ shows }) => shows))).toEqual(before)
      expect(small.isWaiting).toBe(false)
    }),
    { numRuns: 1000 },
  )
})
