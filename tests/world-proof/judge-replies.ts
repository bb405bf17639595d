import type { ChatMessage } from '../../src/simulators/chatra/index.ts'
import { type Evidence, marksOf, type Utterance, utterances } from './evidence.ts'
import type { Finding } from './judge.ts'
import { marksIn } from './story.ts'
import { type Told, Truth } from './truth.ts'

const MINUTE = 60_000
/** Within this time the bridge cannot know that a comment has become internal: what waits longer is read again. */
const UNNOTICED_MS = 90_000

/** Each reply arrives at most once, at the right client, in its last version; or the owner knows why not. */
export function judgeReplies(evidence: Evidence): Finding[] {
  const said = utterances(evidence)
  return [
    ...[...evidence.truth.told.values()].flatMap((told) => judgeReply(told, said, evidence)),
    ...words(evidence),
  ]
}

function judgeReply(told: Told, said: readonly Utterance[], evidence: Evidence): Finding[] {
  const marks = marksOf(told)
  const mine = (text: string) => marksIn(text).some((mark) => marks.has(mark))
  const copies = evidence.chats.map((chat) => chat.filter((one) => one.type === 'agent' && mine(one.text)))
  const posted = said.filter(
    ({ call, text }) => call.method === 'POST' && call.committedAt !== null && mine(text),
  )
  return [
    ...atMostOnce(told, copies, posted),
    ...onlyTo(told, copies, evidence),
    ...noInternalWord(told, said, evidence),
    ...arrivedOrTold(told, copies, evidence),
    ...knownIfKnowable(told, said, evidence),
  ]
}

function atMostOnce(told: Told, copies: readonly ChatMessage[][], posted: readonly Utterance[]): Finding[] {
  const times = Math.max(copies.flat().length, posted.length)
  if (times < 2) return []
  return [
    { invariant: 'no reply is doubled', detail: `comment no. ${told.n} came ${times} times into a chat` },
  ]
}

function onlyTo(told: Told, copies: readonly ChatMessage[][], { truth }: Evidence): Finding[] {
  return copies.flatMap((chat, device): Finding[] => {
    if (chat.length === 0 || device === told.meantFor || truth.foreignTasks.has(told.taskId)) return []
    const whom = told.meantFor === null ? 'nobody' : `device ${told.meantFor}`
    const detail = `comment no. ${told.n} was meant for ${whom} and stands in the chat of device ${device}`
    return [{ invariant: 'a reply reaches only the device it was meant for', detail }]
  })
}

/** Texts that were internal when they were sent, as message or as edit. */
function noInternalWord(told: Told, said: readonly Utterance[], evidence: Evidence): Finding[] {
  const findings: Finding[] = []
  for (const { call, marks } of said) {
    const own = marks.filter((mark) => marksOf(told).has(mark))
    if (own.length === 0) continue
    const open = told.versions.filter((version) => own.every((mark) => version.marks.includes(mark)))
    const wasPublic = open.some((version) => version.state === 'public')
    const now = Truth.versionAt(told, call.at - UNNOTICED_MS)
    const since = told.versions.filter(({ at }) => at <= call.at && at > call.at - UNNOTICED_MS)
    const isInternal = [now, ...since].every((version) => version.state !== 'public')
    if (wasPublic && !isInternal) continue
    const what = evidence.truth.foreignTasks.has(told.taskId) ? 'of a foreign task' : 'that was internal'
    findings.push({
      invariant: 'no internal word reaches a chat',
      detail: `"${own.join(' ')}" of comment no. ${told.n} ${what} was sent as ${call.method === 'POST' ? 'a message' : 'an edit'}`,
    })
  }
  return findings
}

/** A reply that stayed public is in the chat in its last version; else the bridge's log shows that it failed. */
function arrivedOrTold(told: Told, copies: readonly ChatMessage[][], evidence: Evidence): Finding[] {
  const last = Truth.versionAt(told)
  const first = told.versions[0]
  const isSteady = told.versions.every(({ state }) => state !== 'internal')
  if (told.foreign || !isSteady || evidence.truth.deletedTasks.has(told.taskId)) return []
  if (told.meantFor === null) return []
  const stuck = evidence.messages.filter(({ text, state, planfixCommentId }) => {
    const isOurs =
      planfixCommentId === told.commentId || marksIn(text).some((mark) => marksOf(told).has(mark))
    return isOurs && (state === 'failed' || state === 'uncertain')
  })
  if (stuck.length > 0) return []
  // Without an answer and without ids in webhooks, the bridge cannot know which message of the chat to change.
  const isUnknown = evidence.messages.some(
    ({ planfixCommentId, kind, reason }) =>
      planfixCommentId === told.commentId && kind !== 'text' && reason === 'target-id-unknown',
  )
  if (isUnknown && evidence.story.chatra['message-id'] === 'absent') return []
  const copy = copies[told.meantFor]?.[0]
  if (last.state === 'deleted') {
    if (!copy || copy.deleted) return []
    const detail = `comment no. ${told.n} was deleted and still stands in the chat`
    return [{ invariant: 'a deleted reply leaves the chat', detail }]
  }
  if (!copy || copy.deleted) {
    // It notified a contact that the task had only between two polls: the bridge cannot know that it was the client's
    // then.
    if (wentThrough(told, evidence)) return []
    const state = evidence.messages.find((one) => one.planfixCommentId === told.commentId)
    const log = state ? `${state.state} (${state.reason ?? ''})` : 'nothing'
    const detail = `comment no. ${told.n} for device ${told.meantFor} never arrived; the log says ${log}`
    return [{ invariant: 'a reply arrives, or its owner is told', detail }]
  }
  const lacks = last.marks.filter((mark) => !marksIn(copy.text).includes(mark))
  if (first === last || lacks.length === 0) return []
  const detail = `comment no. ${told.n} was edited to ${lacks.join(' ')}; the chat still says "${copy.text}"`
  return [{ invariant: 'an edit arrives, or its owner is told', detail }]
}

/** Its task had another contact before and after it within a few polls. */
function wentThrough(told: Told, { story }: Evidence): boolean {
  const slack = (3 * story.settings.pollSeconds + 20) * 1000
  const written = story.actions.find((one) => one.do === 'comment' && one.n === told.n)?.at ?? 0
  const given = story.actions.filter((one) => one.do === 'hand-over' && one.device === told.meantFor)
  return (
    given.some(({ at }) => at < written && written - at < slack) &&
    given.some(({ at }) => at >= written && at - written < slack)
  )
}

/**
 * Uncertain is only what the bridge could not know: a lost answer, a process that ended, a store that was restored.
 */
function knownIfKnowable(told: Told, said: readonly Utterance[], evidence: Evidence): Finding[] {
  const uncertain = evidence.messages.find(
    (one) => one.planfixCommentId === told.commentId && one.kind === 'text' && one.state === 'uncertain',
  )
  if (!uncertain) return []
  const mine = said.filter(
    ({ call, marks }) => call.method === 'POST' && marks.some((one) => marksOf(told).has(one)),
  )
  const lost = mine.some(({ call }) => call.known !== 'clear')
  const restored = evidence.truth.ends.some(({ at, kind }) => kind === 'damage' && at > told.at - MINUTE)
  // Between the record that it is about to be sent and the call there is a moment as well.
  const ended = evidence.truth.ends.some(
    ({ at, kind }) =>
      kind !== 'start' &&
      (mine.length === 0 ? at > told.at : mine.some(({ call }) => at >= call.at && at - call.at < MINUTE)),
  )
  if (lost || restored || ended) return []
  const detail = `comment no. ${told.n} is uncertain although each of its ${mine.length} calls was clearly answered`
  return [{ invariant: 'uncertain is only what cannot be known', detail }]
}

/** Short texts without a mark: employees' replies arrive as often as they were written, except in tasks that were deleted. */
function words({ truth, chats, messages }: Evidence): Finding[] {
  return truth.words.flatMap((word, index): Finding[] => {
    const same = (one: { text: string; device: number }) =>
      one.text === word.text && one.device === word.device
    if (word.taskId === null || truth.words.findIndex((one) => one.taskId !== null && same(one)) !== index)
      return []
    const written = truth.words.filter((one) => one.taskId !== null && same(one))
    const wanted = written.filter(({ taskId }) => !truth.deletedTasks.has(taskId ?? 0)).length
    const there =
      chats[word.device]?.filter((one) => one.type === 'agent' && one.text === word.text).length ?? 0
    if (there > written.length) {
      return [{ invariant: 'no reply is doubled', detail: `the answer "${word.text}" came ${there} times` }]
    }
    const stuck = messages.filter(
      (one) => one.text === word.text && (one.state === 'failed' || one.state === 'uncertain'),
    ).length
    if (there + stuck >= wanted) return []
    const detail = `the answer "${word.text}" for device ${word.device} was written ${wanted} times and came ${there} times`
    return [{ invariant: 'a reply arrives, or its owner is told', detail }]
  })
}
