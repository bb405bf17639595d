import type { Message } from '../../../../shared/domain.ts'
import { isKeptFromClient } from '../../../../shared/reason.ts'
import { isDeliveredElsewhere } from '../../ports.ts'
import { areSameParts, isSamePart, type Part } from '../parts.ts'
import type { Verdict } from './may-go-out.ts'

/** What is to happen to the messages of a comment so that the chat shows it as it is now. */
export type ReplyAct =
  /** A message of its own. `again`: the row of a part that was never sent is used again; `behind`: it waits next to this one. */
  | { do: 'say'; part: Part; again: Message | null; behind: Message | null }
  /** A reply or an edit that still waits gets other words. */
  | { do: 'reword'; message: Message; part: Part }
  /** The message in the chat is changed, or deleted. */
  | { do: 'edit'; reply: Message; part: Part }
  | { do: 'remove'; reply: Message }
  /** What waits, or failed, is not sent any more. */
  | { do: 'drop'; message: Message; reason: string }
  /** The message in the chat stays as it is, because the new version is internal. */
  | { do: 'keep-inside'; reply: Message; part: Part; reason: string }
  /** It stays inside for another reason than before. */
  | { do: 'explain'; message: Message; reason: string }

/** The comment as the client should see it: its parts, and whether he may. */
export interface Desired {
  verdict: Verdict
  parts: readonly Part[]
}

/**
 * The difference between what the chat should show of a comment and what it shows, or was promised to. One rule for
 * everything that can happen to a comment: edited, grown, shrunk, files added or taken out, opened, hidden, deleted,
 * restored, mended after a failure. `replies` are the messages made of the comment, `changes` their edits and deletions.
 * What turns up after it was given up is decided on anew (delivery/jobs/reread.ts).
 */
export function planReplies(
  desired: Desired,
  replies: readonly Message[],
  changes: readonly Message[],
): ReplyAct[] {
  const slots = replies.toSorted(inOrder).map((reply) => slotOf(reply, changes))
  const { verdict, parts } = desired
  if (verdict.goesOut) return show(parts, slots)
  if (verdict.reason === 'deleted') return takeBack(slots, DELETED)
  if (verdict.reason === 'empty') return takeBack(slots, 'empty')
  return keepInside(verdict.reason, parts, slots, changes)
}

export const DELETED = 'deleted-before-sent'
/** Of a message whose place has been taken by another one, and of a deletion that is not wanted any more. */
export const REPLACED = 'replaced'

/** A message of the chat that shows a part of the comment. */
interface Slot {
  reply: Message
  /**
   * `waiting` to be sent, `said` (or perhaps said), `leaving`: its deletion waits; `elsewhere`: another computer has said
   * it, and nobody here can change it; `given-up`: it failed, or the owner dismissed it, and the same words are not sent
   * again by themselves; `out`: it is not in the chat and may be said (again).
   */
  life: 'waiting' | 'said' | 'leaving' | 'elsewhere' | 'given-up' | 'out'
  /** What the chat shows now, or will when what waits has been carried. */
  shows: Part
  /** Edits and the deletion that have not been carried yet. */
  edits: Message[]
  removal: Message | null
}

function slotOf(reply: Message, changes: readonly Message[]): Slot {
  const own = changes.filter(({ targetId }) => targetId === reply.id).toSorted(inOrder)
  const removal = own.findLast((change) => change.kind === 'delete' && isWanted(change)) ?? null
  const edits = own.filter((change) => change.kind === 'edit' && isWanted(change))
  const life = lifeOf(reply, removal)
  // What is not in the chat has nothing to be edited: it will be said as it is then.
  const latest = (life === 'waiting' || life === 'given-up' ? null : edits.at(-1)) ?? reply
  return {
    reply,
    life,
    shows: { text: latest.text, files: latest.files },
    edits: edits.filter(isWaiting),
    removal: removal && isWaiting(removal) ? removal : null,
  }
}

function lifeOf(reply: Message, removal: Message | null): Slot['life'] {
  if (isWaiting(reply)) return 'waiting'
  if (reply.state === 'failed' || isDismissed(reply)) return 'given-up'
  if (reply.state === 'skipped') return isDeliveredElsewhere(reply.reason) ? 'elsewhere' : 'out'
  if (removal === null) return 'said'
  return isWaiting(removal) ? 'leaving' : 'out'
}

const isDismissed = ({ state, reason }: Message) => state === 'skipped' && reason === 'dismissed'
/** It was handed over, and Chatra has not said that it did not take it: whatever became of it, it may turn up. */
const mayTurnUp = (reply: Message) => reply.sentFingerprint !== null
const isWaiting = ({ state }: Message) => state === 'received' || state === 'queued' || state === 'retrying'
const isWanted = ({ state }: Message) => state !== 'skipped' && state !== 'failed'
/** Nothing can come of it any more but what is said with it now: no id, no deletion, no late echo. */
const mayBeUsedAgain = (reply: Message) =>
  reply.chatraMessageId === null && !mayTurnUp(reply) && (reply.state === 'skipped' || reply.sentAt === null)
const inOrder = (a: Message, b: Message) => a.position - b.position || a.id - b.id
/** As the chat shows them, or will: what waits comes last. */
const asShown = (a: Slot, b: Slot) =>
  Number(a.life === 'waiting') - Number(b.life === 'waiting') ||
  (a.life === 'waiting' ? 0 : (a.reply.sentAt ?? 0) - (b.reply.sentAt ?? 0)) ||
  inOrder(a.reply, b.reply)

function show(parts: readonly Part[], slots: readonly Slot[]): ReplyAct[] {
  const promised = slots.filter(({ life }) => life !== 'out')
  // Changes of what is going to be said anew have been overtaken.
  const isOvertaken = slots.some(({ life, edits, removal }) =>
    life === 'waiting' ? edits.length > 0 || removal !== null : life === 'leaving',
  )
  if (!isOvertaken && areSameParts(parts, showing(promised))) return []
  const isAway = ({ life }: Slot) => life === 'out' || life === 'given-up'
  const places = slots.filter((slot) => !isAway(slot)).toSorted(asShown)
  const spare = slots.filter((slot) => isAway(slot) && mayBeUsedAgain(slot.reply))
  const acts: ReplyAct[] = []
  let behind: Message | null = null
  for (const [index, part] of parts.entries()) {
    const slot = places[index]
    const isTakenOver =
      slot && slot.life === 'waiting' && mayTurnUp(slot.reply) && !isSamePart(slot.shows, part)
    // What was handed over before keeps its words: should it turn up, it is known by them.
    if (isTakenOver) acts.push(...withdraw(slot, REPLACED))
    else if (slot) acts.push(...fill(slot, part))
    if (slot) behind = slot.life === 'waiting' ? slot.reply : null
    if (!slot || isTakenOver) acts.push({ do: 'say', part, again: spare.shift()?.reply ?? null, behind })
  }
  for (const extra of places.slice(parts.length)) acts.push(...withdraw(extra, DELETED))
  const reused = acts.flatMap((act) => (act.do === 'say' && act.again ? [act.again] : []))
  for (const { life, reply, edits, removal } of slots) {
    if (life !== 'given-up') continue
    const isLeft = reply.state === 'failed' && !reused.includes(reply)
    acts.push(...drop([...(isLeft ? [reply] : []), ...edits, ...(removal ? [removal] : [])], REPLACED))
  }
  return acts
}

const showing = (slots: readonly Slot[]): Part[] => slots.map(({ shows }) => shows)

/** The message in this place is to show `part`. */
function fill({ reply, life, shows, edits, removal }: Slot, part: Part): ReplyAct[] {
  const isSame = isSamePart(shows, part)
  if (life === 'elsewhere') return []
  const acts = removal ? drop([removal], REPLACED) : []
  if (life === 'waiting') {
    acts.push(...drop(edits, REPLACED))
    return isSame ? acts : [...acts, { do: 'reword', message: reply, part }]
  }
  const waiting = edits.at(-1)
  acts.push(...drop(edits.slice(0, -1), REPLACED))
  if (isSame) return acts
  return [...acts, waiting ? { do: 'reword', message: waiting, part } : { do: 'edit', reply, part }]
}

/** The message in this place is not to be there any more. */
function withdraw({ reply, life, edits }: Slot, reason: string): ReplyAct[] {
  if (life === 'waiting') return drop([reply, ...edits], reason)
  // An edit that was being sent when the deletion was decided on may wait again by now.
  const acts = drop(edits, reason)
  return life === 'said' ? [...acts, { do: 'remove', reply }] : acts
}

const drop = (messages: readonly Message[], reason: string): ReplyAct[] =>
  messages.map((message) => ({ do: 'drop', message, reason }))

/** Nothing of the comment is left to show. */
const takeBack = (slots: readonly Slot[], reason: string): ReplyAct[] =>
  slots.flatMap((slot) =>
    slot.life === 'given-up' && slot.reply.state === 'failed'
      ? drop([slot.reply, ...slot.edits], reason)
      : withdraw(slot, reason),
  )

/**
 * It is internal by now: nothing of it is sent, neither as a message nor as an edit. What stands in the chat already stays
 * as it is; a version that differs from it leaves a line in the log.
 */
function keepInside(
  reason: string,
  parts: readonly Part[],
  slots: readonly Slot[],
  changes: readonly Message[],
): ReplyAct[] {
  const acts = slots.flatMap(({ reply, life, edits }): ReplyAct[] => {
    if (life === 'waiting') return drop([reply, ...edits], reason)
    if (life === 'out' && mayBeUsedAgain(reply))
      return reply.reason === reason ? [] : [{ do: 'explain', message: reply, reason }]
    return drop(edits, reason)
  })
  const said = slots.filter(({ life }) => life === 'said')
  const [first] = said
  const [part] = parts
  if (!first || !part || areSameParts(parts, showing(said))) return acts
  const kept = changes.filter(isKeptInside).toSorted(inOrder).at(-1)
  if (kept && isSamePart(kept, part)) return acts
  return [...acts, { do: 'keep-inside', reply: first.reply, part, reason }]
}

/** A version of a comment that was not carried into the chat. */
export const isKeptInside = ({ kind, state, reason }: Message): boolean =>
  kind === 'edit' && state === 'skipped' && isKeptFromClient(reason)
