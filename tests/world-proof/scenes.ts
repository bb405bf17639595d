import { type Draft, JUNK, SECOND, WORDS } from './draft.ts'
import type { Blow, OutageMode } from './faults.ts'

/** A single event, or several that belong together. It may let time pass. */
export type Scene = (draft: Draft) => void

const MINUTE = 60 * SECOND
const UNCLEAR: readonly Blow[] = [
  'lost-request',
  'lost-answer',
  'late-commit',
  'reset',
  'reset-after',
  '502',
  '502-after',
]

// ---- ordinary actions of people

export const say: Scene = (draft) => draft.say()
export const reply: Scene = (draft) => void draft.reply()
export const note: Scene = (draft) => {
  const how = draft.chance.one(['hidden', 'unticked'] as const)
  draft.add({ do: 'note', device: draft.talker(), n: draft.n(), user: draft.user(), how })
}
export const agent: Scene = (draft) => draft.add({ do: 'agent', device: draft.talker(), n: draft.n() })
export const leave: Scene = (draft) => draft.add({ do: 'leave', device: draft.talker() })
export const visitAgain: Scene = (draft) => draft.add({ do: 'return', device: draft.talker() })
export const chat: Scene = (draft) => {
  const device = draft.device()
  draft.say(device)
  draft.pass(8 * SECOND, 25 * SECOND)
  draft.reply(device)
}
export const complete: Scene = (draft) => draft.add({ do: 'complete', device: draft.talker() })
export const reopen: Scene = (draft) => draft.add({ do: 'reopen', device: draft.talker() })
export const deleteTask: Scene = (draft) => {
  const device = draft.talker()
  draft.add({ do: 'delete-task', device, forGood: draft.chance.happens(0.5) })
  draft.say(device, draft.chance.between(-1500, 8000))
}

// ---- identities

/** Gives the address of a known person, or an address that nobody believes. */
export const introduce: Scene = (draft) => {
  const device = draft.device()
  const own = `person${draft.devices[device]?.person ?? 0}@mail.example`
  const email = draft.chance.happens(0.75) ? own : draft.chance.one(JUNK)
  const name = draft.devices[device]?.name ?? `Person ${draft.devices[device]?.person ?? 0}`
  draft.add({ do: 'introduce', device, name, email })
  draft.say(device, draft.chance.between(500, 4000))
}
/** Two devices of one person at once: the second gives the same address while Planfix is slow for it. */
export const introduceWhileIndeterminate: Scene = (draft) => {
  const device = draft.talker()
  const other = draft.sibling(device)
  draft.add({ do: 'introduce', device, name: 'Same', email: 'same@mail.example' })
  draft.say(device, 500)
  draft.say(other, 1000)
  draft.pass(10 * SECOND, 14 * SECOND)
  const kind = draft.chance.one(UNCLEAR)
  draft.add({
    do: 'blow',
    side: 'planfix',
    kind,
    target: 'comment',
    times: draft.chance.between(1, 3),
    lateMs: 11_000,
  })
  draft.say(other, 200)
  draft.add({ do: 'introduce', device: other, name: 'Same', email: 'same@mail.example' }, 1500)
  draft.say(other, draft.chance.between(1600, 9000))
}
/** A stranger writes just before an employee's reply to somebody else is sent. */
export const answerWhileAnotherWrites: Scene = (draft) => {
  const device = draft.talker()
  draft.reply(device)
  draft.say(draft.sibling(device), draft.chance.between(100, 4000))
}

// ---- internal texts

export const edit: Scene = (draft) => draft.add({ do: 'edit', n: draft.someReply(), version: draft.n() })
export const withdraw: Scene = (draft) => {
  const n = draft.someReply()
  // Before it was noticed, or long after it was sent.
  if (draft.chance.happens(0.6)) draft.pass(12 * SECOND, 25 * SECOND)
  const rewrite = draft.chance.happens(0.7) ? draft.n() : null
  draft.add({ do: draft.chance.one(['untick', 'hide'] as const), n, rewrite })
}
/** A reply is in the chat; then its comment gets text that the client must not see. */
export const rewriteInside: Scene = (draft) => {
  const n = draft.reply()
  draft.pass(15 * SECOND, 25 * SECOND)
  draft.add({ do: draft.chance.one(['untick', 'untick', 'hide'] as const), n, rewrite: draft.n() })
}
export const remove: Scene = (draft) => draft.add({ do: 'delete', n: draft.someReply() })
export const open: Scene = (draft) => draft.add({ do: 'open', n: draft.someReply() })
/** A reply must wait for Chatra and becomes internal meanwhile. */
export const withdrawWhileWaiting: Scene = (draft) => {
  const device = draft.talker()
  const mode = draft.chance.one<OutageMode>(['unreachable', 'throttled', 'unreachable'])
  const ms = draft.chance.between(2, 5) * MINUTE
  draft.add({ do: 'outage', side: 'chatra', mode, ms })
  draft.pass(1 * SECOND, 5 * SECOND)
  const n = draft.reply(device)
  draft.pass(15 * SECOND, 30 * SECOND)
  const rewrite = draft.chance.happens(0.4) ? draft.n() : null
  draft.add({ do: draft.chance.one(['untick', 'hide'] as const), n, rewrite })
  draft.time += ms
}
/** A reply with an unknown result is deleted or edited. */
export const changeWhileUncertain: Scene = (draft) => {
  const n = draft.reply()
  const kind = draft.chance.one<Blow>([
    'lost-answer',
    'lost-answer',
    '502-after',
    'reset-after',
    'lost-request',
  ])
  draft.add({ do: 'blow', side: 'chatra', kind, target: 'reply', times: 1, lateMs: 11_000 })
  // Its echo comes at once, or after the bridge has stopped waiting.
  const byMs = draft.chance.one([0, 9, 45, 70]) * SECOND
  if (byMs > 0) draft.add({ do: 'webhooks-late', ms: 60 * SECOND, byMs })
  draft.pass(8 * SECOND, 20 * SECOND)
  if (draft.chance.happens(0.7)) draft.add({ do: 'delete', n })
  else draft.add({ do: 'edit', n, version: draft.n() })
}

export const retry: Scene = (draft) => {
  draft.pass(35 * SECOND, 60 * SECOND)
  draft.add({ do: 'retry' })
}

// ---- actions in Planfix

export const handOver: Scene = (draft) => {
  const device = draft.talker()
  draft.add({ do: 'hand-over', device })
  draft.reply(device, draft.chance.between(1, 30) * SECOND)
}
export const mergeCards: Scene = (draft) => {
  const device = draft.talker()
  draft.add({ do: 'merge-cards', device, into: draft.sibling(device) })
  draft.reply(device, draft.chance.between(1, 30) * SECOND)
}
/** A contact with a task exists in Planfix before its owner writes. */
export const foreignTask: Scene = (draft) => {
  const device = draft.device()
  const email = draft.devices[device]?.email ?? draft.devices[device]?.vouched?.email ?? 'ceo@big.example'
  const n = draft.n()
  draft.add({ do: 'foreign-task', email, n })
  draft.pass(3 * SECOND, 20 * SECOND)
  draft.add({ do: 'introduce', device, name: 'Great Customer', email })
  draft.say(device, 500)
  draft.pass(10 * SECOND, 40 * SECOND)
  draft.add({ do: 'foreign-comment', of: n, n: draft.n() })
  if (draft.chance.happens(0.5)) draft.reply(device, 5 * SECOND)
  if (draft.chance.happens(0.5)) draft.add({ do: 'leave', device }, 20 * SECOND)
}
/** The write of the comment is indeterminate and its task disappears. */
export const taskGoneWhileIndeterminate: Scene = (draft) => {
  const device = draft.talker()
  draft.pass(5 * SECOND, 10 * SECOND)
  const kind = draft.chance.one<Blow>(['lost-request', 'lost-answer', 'reset', '502'])
  draft.add({ do: 'blow', side: 'planfix', kind, target: 'comment', times: 1, lateMs: 11_000 })
  draft.say(device, 300)
  const forGood = draft.chance.happens(0.7)
  draft.add({ do: 'delete-task', device, forGood }, draft.chance.between(1500, 11_000))
  draft.say(device, 20 * SECOND)
}

// ---- the same text at the same moment

export const sameWords: Scene = (draft) => {
  const device = draft.talker()
  const word = draft.chance.one(WORDS)
  draft.pass(2 * SECOND, 10 * SECOND)
  const isSlow = draft.chance.happens(0.6)
  const kind = draft.chance.one<Blow>(['lost-request', 'lost-answer', 'reset', '502-after'])
  if (isSlow) draft.add({ do: 'blow', side: 'planfix', kind, target: 'comment', times: 1, lateMs: 11_000 })
  draft.add({ do: 'word', device, word }, 200)
  const after = isSlow ? draft.chance.between(500, 9000) : draft.chance.between(100, 1200)
  draft.add({ do: 'answer-word', device, word, user: draft.user() }, 200 + after)
}

// ---- faults

export const blow: Scene = (draft) => {
  const side = draft.chance.one(['planfix', 'chatra'] as const)
  const target =
    side === 'chatra' ? 'reply' : draft.chance.one(['any', 'comment', 'task', 'contact'] as const)
  const kind = draft.chance.one(UNCLEAR)
  draft.add({
    do: 'blow',
    side,
    kind,
    target,
    times: draft.chance.between(1, 2),
    lateMs: draft.chance.between(10_500, 12_000),
  })
}
export const shortOutage: Scene = (draft) => {
  const side = draft.chance.one(['planfix', 'chatra'] as const)
  const mode = draft.chance.one<OutageMode>(['unreachable', 'failing', 'silent', 'throttled'])
  draft.add({ do: 'outage', side, mode, ms: draft.chance.between(10, 40) * SECOND })
}
/** Many people write while one side cannot be reached. */
export const blip: Scene = (draft) => {
  const side = draft.chance.one(['planfix', 'planfix', 'chatra'] as const)
  for (const device of draft.devices.keys()) draft.say(device, device * 50)
  draft.pass(12 * SECOND, 16 * SECOND)
  const ms = draft.chance.between(15, 60) * SECOND
  draft.add({ do: 'outage', side, mode: 'unreachable', ms })
  for (const device of draft.devices.keys()) {
    for (let time = 0; time < 2; time++) {
      if (side === 'planfix') draft.say(device, 300 + time * 4000)
      else draft.reply(device, 300 + time * 4000)
    }
  }
  draft.time += ms + 25 * SECOND
}
/** Chatra answers 5xx, or much too late, while employees go on writing. */
export const chatraFails: Scene = (draft) => {
  const mode = draft.chance.one<OutageMode>([
    'failing',
    'failing-after-commit',
    'silent',
    'swallowing',
    'failing',
  ])
  const ms = draft.chance.between(90, 300) * SECOND
  for (const device of draft.devices.keys()) draft.say(device, device * 100)
  draft.pass(14 * SECOND, 20 * SECOND)
  draft.add({ do: 'outage', side: 'chatra', mode, ms })
  if (mode === 'swallowing') draft.add({ do: 'webhooks-late', ms, byMs: 70 * SECOND })
  for (let n = 0; n < 6; n++) {
    draft.reply(n % draft.devices.length)
    draft.pass(5 * SECOND, 20 * SECOND)
  }
  draft.time += ms
}
export const lineBreak: Scene = (draft) => {
  const device = draft.talker()
  const withReply = draft.chance.happens(0.7)
  draft.add(
    { do: 'line-break', ms: draft.chance.between(15, 60) * SECOND, withReply },
    draft.chance.between(0, 4000),
  )
  draft.reply(device)
  draft.pass(50 * SECOND, 80 * SECOND)
}
export const deaf: Scene = (draft) => draft.add({ do: 'deaf', ms: draft.chance.between(5, 60) * SECOND })
export const lateWebhooks: Scene = (draft) =>
  draft.add({
    do: 'webhooks-late',
    ms: draft.chance.between(10, 60) * SECOND,
    byMs: draft.chance.between(1, 9) * SECOND,
  })
export const twice: Scene = (draft) => draft.add({ do: 'webhooks-twice', count: draft.chance.between(1, 4) })
export const quota: Scene = (draft) =>
  draft.add({ do: 'quota', left: draft.chance.between(0, 30), ms: draft.chance.between(1, 6) * MINUTE })

// ---- ends of the bridge's process

export const restart: Scene = (draft) =>
  draft.add({ do: 'restart', ms: draft.chance.between(1, 60) * SECOND })
export const crash: Scene = (draft) => {
  const where = draft.chance.one(['commit', 'call'] as const)
  const phase = draft.chance.one(['before', 'after'] as const)
  const skip = draft.chance.between(0, where === 'commit' ? 12 : 4)
  draft.add({ do: 'crash', where, phase, skip, ms: draft.chance.between(1, 30) * SECOND })
}
export const sleep: Scene = (draft) =>
  draft.add({ do: 'sleep', ms: draft.chance.between(20, 240) * SECOND, told: draft.chance.happens(0.6) })
export const damage: Scene = (draft) => {
  // The first copy of the store is made two minutes after the start.
  draft.time = Math.max(draft.time, 130 * SECOND)
  draft.say()
  draft.pass(5 * SECOND, 10 * SECOND)
  draft.reply()
  draft.pass(10 * SECOND, 60 * SECOND)
  draft.add({ do: 'damage', ms: draft.chance.between(1, 20) * SECOND })
  draft.pass(25 * SECOND, 40 * SECOND)
  draft.say()
  draft.pass(10 * SECOND, 20 * SECOND)
  draft.reply()
}
