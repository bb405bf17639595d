import type { Message } from '../../../../shared/domain.ts'
import { isKeptFromClient } from '../../../../shared/messages/reason.ts'
import { isDeliveredElsewhere } from '../../ports.ts'
import { areSameParts, isSamePart, type Part } from '../parts.ts'
import type { Verdict } from './may-go-out.ts'

/** Actions on the messages of a comment so that the chat shows its current version. */
export type ReplyAct =
  /**
   * Send a separate message. `again`: the row of a part that was never sent is used again; `behind`: it waits
   * next to this one.
   */
  | { do: 'say'; part: Part; again: Message | null; behind: Message | null }
  /** Change the text of a reply or an edit that still waits. */
  | { do: 'reword'; message: Message; part: Part }
  /** Change or delete the message in the chat. */
  | { do: 'edit'; reply: Message; part: Part }
  | { do: 'remove'; reply: Message }
  /** Cancel a message that waits or failed. */
  | { do: 'drop'; message: Message; reason: string }
  /** Keep the message in the chat unchanged, because the new version is internal. */
  | { do: 'keep-inside'; reply: Message; part: Part; reason: string }
  /** It stays internal for another reason than before. */
  | { do: 'explain'; message: Message; reason: string }

/** The comment as the client should see it: its parts, and whether the client may see it. */
export interface Desired {
  verdict: Verdict
  parts: readonly Part[]
}

/**
 * The difference between what the chat should show of a comment and what it shows, or will show. One rule for
 * all changes of a comment: edited, grown, shrunk, files added or removed, opened, hidden, deleted, restored,
 * corrected after a failure. `replies` are the messages made from the comment, `changes` their edits and
 * deletions. A message that appears after it was given up is decided on again (delivery/jobs/reread.ts).
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

const DELETED = 'deleted-before-sent'
/** Reason of a message that another one replaced, and of a cancelled deletion. */
const REPLACED = 'replaced'

/** A message of the chat that shows a part of the comment. */
interface Slot {
  reply: Message
  /**
   * `waiting` to be sent; `said` (or perhaps said); `leaving`: its deletion waits; `elsewhere`: another
   * computer has sent it, and it cannot be changed here; `given-up`: it failed, or the owner dismissed it,
   * and the same text is not sent again automatically; `out`: it is not in the chat and may be sent (again).
   */
  life: 'waiting' | 'said' | 'leaving' | 'elsewhere' | 'given-up' | 'out'
  /** What the chat shows now, or will after the waiting changes. */
  shows: Part
  /** Edits and the deletion that were not delivered yet. */
  edits: Message[]
  removal: Message | null
}

function slotOf(reply: Message, changes: readonly Message[]): Slot {
  const own = changes.filter(({ targetId }) => targetId === reply.id).toSorted(inOrder)
  const removal = own.findLast((change) => change.kind === 'delete' && isWanted(change)) ?? null
  const edits = own.filter((change) => change.kind === 'edit' && isWanted(change))
  const life = lifeOf(reply, removal)
  // A message that is not in the chat needs no edit: it will be sent in its current form.
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
/** It was sent, and Chatra has not refused it: whatever happened to it, it may appear. */
const mayTurnUp = (reply: Message) => reply.sentFingerprint !== null
const isWaiting = ({ state }: Message) => state === 'received' || state === 'queued' || state === 'retrying'
const isWanted = ({ state }: Message) => state !== 'skipped' && state !== 'failed'
/** Only the next send can have an effect: it has no id, no deletion and no late echo. */
const mayBeUsedAgain = (reply: Message) =>
  reply.chatraMessageId === null && !mayTurnUp(reply) && (reply.state === 'skipped' || reply.sentAt === null)
const inOrder = (a: Message, b: Message) => a.position - b.position || a.id - b.id
/** In the order of the chat; waiting messages come last. */
const asShown = (a: Slot, b: Slot) =>
  Number(a.life === 'waiting') - Number(b.life === 'waiting') ||
  (a.life === 'waiting' ? 0 : (a.reply.sentAt ?? 0) - (b.reply.sentAt ?? 0)) ||
  inOrder(a.reply, b.reply)

function show(parts: readonly Part[], slots: readonly Slot[]): ReplyAct[] {
  const promised = slots.filter(({ life }) => life !== 'out')
  // Changes of a message that will be sent again are obsolete.
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
    // A message that was sent keeps its text: if it appears, it is recognised by it.
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

/** The message in this place must show `part`. */
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

/** The message in this place must be removed. */
function withdraw({ reply, life, edits }: Slot, reason: string): ReplyAct[] {
  if (life === 'waiting') return drop([reply, ...edits], reason)
  // An edit that was being sent when the deletion was decided on may be waiting again.
  const acts = drop(edits, reason)
  return life === 'said' ? [...acts, { do: 'remove', reply }] : acts
}

const drop = (messages: readonly Message[], reason: string): ReplyAct[] =>
  messages.map((message) => ({ do: 'drop', message, reason }))

/** No part of the comment is left to show. */
const takeBack = (slots: readonly Slot[], reason: string): ReplyAct[] =>
  slots.flatMap((slot) =>
    slot.life === 'given-up' && slot.reply.state === 'failed'
      ? drop([slot.reply, ...slot.edits], reason)
      : withdraw(slot, reason),
  )

/**
 * The comment has become internal: none of it is sent, neither as a message nor as an edit. Messages already
 * in the chat stay as they are; a different version leaves a line in the log.
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

/** A version of a comment that was not delivered to the chat. */
export const isKeptInside = ({ kind, state, reason }: Message): boolean =>
  kind === 'edit' && state === 'skipped' && isKeptFromClient(reason)
