import type { ChatraSwitches } from '../../src/simulators/chatra/index.ts'
import type { PlanfixSwitches } from '../../src/simulators/planfix/index.ts'
import type { Blow, OutageMode, Side, Target } from './faults.ts'

/** A visitor of a site: one person may have several devices, and strangers may share an address. */
export interface Device {
  /** Number of the person who uses it. */
  person: number
  /** Index of the connection whose site is visited. */
  shop: number
  name: string | null
  /** Typed by the visitor. */
  email: string | null
  /** Passed by the site, which knows its customer. */
  vouched: { name: string; email: string } | null
}

/**
 * Actions of people. Numbers `n` name texts: `#c3` is the client message no. 3, `#r3` a reply, `#n3` an internal
 * text.
 */
export type Deed =
  | { do: 'say'; device: number; n: number }
  /** A short text that others may write too: it has no mark. */
  | { do: 'word'; device: number; word: string }
  | { do: 'introduce'; device: number; name: string; email: string }
  | { do: 'leave' | 'return'; device: number }
  | { do: 'agent'; device: number; n: number }
  /** An employee answers in the task where this device wrote last. */
  | { do: 'comment'; device: number; n: number; user: number }
  | { do: 'answer-word'; device: number; word: string; user: number }
  | { do: 'note'; device: number; n: number; user: number; how: 'hidden' | 'unticked' }
  /** The comment no. `n` gets a new text, marked `#v<version>`. */
  | { do: 'edit'; n: number; version: number }
  /** It becomes internal; with a new text if `rewrite` gives a number. */
  | { do: 'untick' | 'hide'; n: number; rewrite: number | null }
  | { do: 'open'; n: number }
  | { do: 'delete'; n: number }
  | { do: 'complete' | 'reopen'; device: number }
  /** Into the trash, or for good: then Planfix does not know it any more. */
  | { do: 'delete-task'; device: number; forGood: boolean }
  /** The task gets the real customer's contact in place of the bridge's. */
  | { do: 'hand-over'; device: number }
  /** The contacts of two tasks are merged: that of the first disappears. */
  | { do: 'merge-cards'; device: number; into: number }
  /** An employee's own contact, with a task and a comment in it that notifies the client. */
  | { do: 'foreign-task'; email: string; n: number }
  | { do: 'foreign-comment'; n: number; of: number }
  /**
   * The owner of the bridge sends again what has failed, or what is uncertain and has not arrived, after checking.
   */
  | { do: 'retry' }

/** Faults. */
export type Trouble =
  | { do: 'outage'; side: Side; mode: OutageMode; ms: number }
  | { do: 'blow'; side: Side; kind: Blow; target: Target; times: number; lateMs: number }
  /** Webhooks reach nothing and are not repeated. */
  | { do: 'deaf'; ms: number }
  /**
   * The connection to the internet breaks, now or when the next reply is on its way: the first requests are carried
   * out, their answers and all webhooks are lost.
   */
  | { do: 'line-break'; ms: number; withReply: boolean }
  | { do: 'webhooks-late'; ms: number; byMs: number }
  | { do: 'webhooks-twice'; count: number }
  | { do: 'restart'; ms: number }
  | { do: 'crash'; where: 'commit' | 'call'; phase: 'before' | 'after'; skip: number; ms: number }
  | { do: 'sleep'; ms: number; told: boolean }
  /** The process ends and its file is damaged. */
  | { do: 'damage'; ms: number }
  | { do: 'database-away'; ms: number }
  | { do: 'quota'; left: number; ms: number }

/** Milliseconds since the story began. */
interface Timed {
  at: number
}
export type Action = Timed & (Deed | Trouble)

export interface Story {
  seed: number
  theme: string
  shops: number
  devices: Device[]
  chatra: Partial<ChatraSwitches>
  planfix: Partial<PlanfixSwitches>
  settings: {
    requestsPerSecond: number
    pollSeconds: number
    leaveAfterMinutes: number
    taskTemplate: boolean
    hints: boolean
    /** The connections use Planfix's Chat API (`planfix.channel.mode`). */
    chat?: boolean
    /** The data are in PostgreSQL. `keeps`: webhooks are kept on disk while it is away, else they are refused. */
    database?: 'keeps' | 'refuses'
  }
  actions: Action[]
}

const TROUBLES: ReadonlySet<string> = new Set<Trouble['do']>([
  'outage',
  'blow',
  'deaf',
  'line-break',
  'webhooks-late',
  'webhooks-twice',
  'restart',
  'crash',
  'sleep',
  'damage',
  'database-away',
  'quota',
])
export const isTrouble = (action: Action): action is Timed & Trouble => TROUBLES.has(action.do)

/** Texts as people write them: a few words around the mark. */
export const clientText = (n: number): string => `Question ${n} #c${n}`
export const agentText = (n: number): string => `Agent ${n} #j${n}`
export const replyText = (n: number, version: number | null): string =>
  version === null ? `Answer ${n} #r${n}` : `Better answer ${n} #r${n} #v${version}`
export const noteText = (n: number): string => `Internal ${n} #n${n}`
export const foreignText = (n: number): string => `Of another matter ${n} #f${n}`

/** Marks like `#c3` in a text, in order. */
export const marksIn = (text: string): string[] => text.match(/#[a-z]\d+/g) ?? []
