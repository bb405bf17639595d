import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CommentState, decideComment } from '../../src/main/engine/intake/comment.ts'
import { mayGoOut } from '../../src/main/engine/intake/may-go-out.ts'
import { isSamePart, type Part, partsOf } from '../../src/main/engine/intake/parts.ts'
import type { Change, PlanfixComment } from '../../src/main/engine/ports.ts'
import type { Message, MessageState } from '../../src/shared/domain.ts'
import { comment, conversation, settingsOf, task } from '../unit/engine/values.ts'

/**
 * A comment lives through any number of versions while its messages are delivered, fail, or nobody knows. Whatever
 * happened, in the end the chat shows what the last version says, and what may not go out never was in a call.
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
  /** The words of the version before are kept: only something else is changed. */
  sameWords: boolean
}
const version: fc.Arbitrary<Version> = fc.record({
  words: fc.nat({ max: 14 }),
  files: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  ...{ hidden: rarely(), notified: mostly(), allowed: mostly(), deleted: rarely(), sameWords: fc.boolean() },
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
  | { do: 'settle' }
const outcome = fc.constantFrom<Outcome>(
  ...(['delivered', 'delivered', 'refused', 'later', 'unclear-but-there', 'unclear-and-lost'] as const),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: version.map((one): Step => ({ do: 'version', version: one })) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'begin' }) },
  { weight: 4, arbitrary: outcome.map((one): Step => ({ do: 'end', outcome: one })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'settle' }) },
)

/** The store, the chat, and one lane between them, as plainly as can be. */
class Small {
  readonly messages = new Map<number, Message>()
  chat: { id: string; shows: Part }[] = []
  /** Calls to Chatra with the version that was known when they began. */
  readonly calls: { shows: Part; desired: readonly Part[] }[] = []
  current: PlanfixComment = comment({ text: 'begin' })
  private text = 'begin'
  private number = 0
  private ids = 100
  private underWay: Message | null = null
  private readonly arrived = new Set<number>()
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
        ...{ isHidden: next.hidden, isDeleted: next.deleted },
        ...{ recipients: next.notified ? ['contact:92'] : [], owner: next.allowed ? 'user:5' : 'user:7' },
      }),
    )
  }

  decide(next: PlanfixComment): void {
    this.current = next
    const all = [...this.messages.values()]
    const state: CommentState = {
      ...{ settings, now: 1000, task: task(), conversation: conversation(), contactIds: [92] },
      known: all.filter(({ kind }) => kind === 'text'),
      changes: all.filter(({ kind }) => kind !== 'text'),
      ...{ attempts: [], maxText: MAX_TEXT, lineLength, newId: () => this.ids++ },
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

  begin(): boolean {
    if (this.underWay) return false
    for (const message of this.inOrder) {
      // An unclear reply holds back what stands behind it.
      if (message.state === 'uncertain') return false
      if (message.state !== 'queued' && message.state !== 'retrying') continue
      const target = message.targetId === null ? null : this.messages.get(message.targetId)!
      if (target && target.chatraMessageId === null) {
        this.patch(message, { state: 'skipped', reason: 'target-id-unknown' })
        return true
      }
      // What was tried before and overtaken by another version is asked about again (delivery/before-sending.ts).
      const print = (target ?? message).fingerprint
      if (this.claimed.has(message.id) && this.claimed.get(message.id) !== print) {
        this.claimed.set(message.id, print)
        this.decide(this.current)
        return this.begin()
      }
      this.claimed.set(message.id, print)
      this.patch(message, { state: 'sending', reason: null, sentAt: 1000 })
      this.underWay = this.messages.get(message.id)!
      const shows = { text: message.text, files: message.files }
      if (message.kind !== 'delete') this.calls.push({ shows, desired: this.desired() })
      return true
    }
    return false
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
    const id = `m${message.id}-${this.calls.length}`
    if (what === 'delivered') this.patch(message, { state: 'delivered', chatraMessageId: id })
    if (what === 'refused') this.patch(message, { state: 'failed', reason: 'chatra: refused' })
    if (what === 'later') this.patch(message, { state: 'retrying', reason: 'chatra: rate-limited' })
    if (what.startsWith('unclear')) this.patch(message, { state: 'uncertain', reason: 'chatra: unclear' })
    if (what === 'delivered' || what === 'unclear-but-there') this.chat.push({ id, shows })
    if (what === 'unclear-but-there') this.arrived.add(message.id)
  }

  /** An echo, or the lack of one in a transcript, settles what was unclear. */
  settle(): void {
    for (const message of this.inOrder) {
      if (message.state !== 'uncertain') continue
      const there = this.chat.find(({ id }) => id.startsWith(`m${message.id}-`))
      const isThere = there !== undefined && this.arrived.has(message.id)
      if (isThere) this.patch(message, { state: 'delivered', chatraMessageId: there.id })
      else this.patch(message, { state: 'failed', reason: 'not-arrived' })
    }
  }

  /** Everything works again. */
  drain(): void {
    this.end('delivered')
    this.settle()
    while (this.begin()) this.end('delivered')
  }

  states(): MessageState[] {
    return [...this.messages.values()].map(({ state }) => state)
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
  }
  small.read(last)
  small.drain()
  return small
}
const shown = (parts: readonly Part[]) =>
  parts.map(({ text, files }) => [text, ...files.map(({ name }) => name)].join('|'))

test('whatever a comment went through, the chat shows its last version: each part once, in order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), version, (steps, last) => {
      const small = live(steps, last)
      const verdict = mayGoOut(small.current, settings, [92])
      const isInternal = !verdict.goesOut && verdict.reason !== 'deleted' && verdict.reason !== 'empty'
      if (isInternal) return
      const chat = shown(small.chat.map(({ shows }) => shows))
      const desired = shown(small.desired())
      // What was refused, or did not arrive, the employee has been told of.
      if (small.states().includes('failed')) {
        expect(chat.every((one) => desired.includes(one))).toBe(true)
        expect(new Set(chat).size).toBe(chat.length)
      } else expect(chat).toEqual(desired)
    }),
    { numRuns: 3000 },
  )
})

test('no call ever says anything but a part of the version that is known when it begins, and that may go out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), version, (steps, last) => {
      const small = live(steps, last)
      for (const { shows, desired } of small.calls) {
        expect(desired.some((part) => isSamePart(part, shows))).toBe(true)
      }
    }),
    { numRuns: 3000 },
  )
})

test('an internal version changes nothing in the chat, and nothing of it waits', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), version, (steps, last) => {
      const small = live(steps, last)
      small.read({ ...last, words: 5, sameWords: false, hidden: true, deleted: false })
      const before = shown(small.chat.map(({ shows }) => shows))
      small.drain()
      expect(shown(small.chat.map(({ shows }) => shows))).toEqual(before)
      expect(small.states()).not.toContain('queued')
    }),
    { numRuns: 1000 },
  )
})
