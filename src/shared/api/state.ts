import { z } from 'zod'
import {
  call,
  connectionId,
  direction,
  language,
  messageState,
  nothing,
  theme,
  time,
  words,
} from './answer.ts'

/** One side of a connection: it works, it tries again by itself at `until`, or it waits for the owner. */
export const sideState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ok') }),
  z.object({
    state: z.enum(['waiting', 'paused']),
    /** An `ErrorCode`: together with the side it forms the key `error.{side}.{code}`. */
    code: z.string(),
    /** Since when it does not work. */
    since: time,
    until: time,
    /** The missing scope's name, otherwise the service's message. */
    detail: z.string(),
  }),
])

/** Chatra's three events, in the order of a chat (contracts/chatra.md §4.2). */
export const CHAT_EVENTS = ['chatStarted', 'chatFragment', 'chatTranscript'] as const
export type ChatEventName = (typeof CHAT_EVENTS)[number]

const connectionState = z.object({
  id: connectionId,
  name: z.string(),
  enabled: z.boolean(),
  /** Days for which incoming messages are kept while the connection is off; 0 = they are not kept. */
  keepsWhilePausedDays: z.number(),
  /** Its accounts are simulators: the whole host is a demo. */
  demo: z.boolean(),
  /** Missing secrets; the connection is stopped until they are there. */
  missing: z.array(z.enum(['chatra-secret-key', 'planfix-token', 'planfix-chat-token', 'webhook-secret'])),
  /** The name of the other host that carries it; null = this one does. */
  carriedBy: z.string().nullable().default(null),
  chatra: sideState,
  planfix: sideState,
  planfixWebUrl: z.string(),
  budget: z.object({
    /** Requests that Planfix still allows today; null when unknown. */
    remaining: z.number().nullable(),
    usedToday: z.number(),
    resetAt: time.nullable(),
    /** Requests that Planfix allows per day; null when unknown. */
    limit: z.number().nullable(),
    /** Requests kept for clients' messages; 0 when the limit is unknown. */
    reservedForClients: z.number(),
    /** Only the reserve is left, so polling is stopped. */
    isReserveOnly: z.boolean(),
    /** Current interval between two polls, in milliseconds. */
    pollEveryMs: z.number(),
    /** When the daily count is reset. */
    renewedAt: time,
  }),
  /** Number of messages (without events) by direction and state. */
  counts: z.record(direction, z.record(messageState, z.number())),
  /** Unclear messages of the last minute: most of them are settled without the owner. */
  settling: z.number().default(0),
  /** When the last webhook of each kind came in since the bridge was set up; null = never. */
  heard: z.object({
    chatra: time.nullable(),
    planfix: time.nullable(),
    'planfix-chat': time.nullable(),
  }),
  /** When each event of Chatra last came in, about to the minute; null = never. The set-up's own test does not count. */
  receivedEvents: z.record(z.enum(CHAT_EVENTS), time.nullable()),
  /** The list is empty, so every employee may reply to clients. */
  everybodyMayAnswer: z.boolean(),
})
export type ConnectionState = z.output<typeof connectionState>

/** How the receiver is reached from outside. */
export const publicAddress = z.object({
  /** `none` until one is chosen. */
  provider: z.enum(['none', 'own', 'ngrok', 'ssh', 'relay']),
  address: z.string().nullable(),
  /** `proven` = a request through the address arrived at our own receiver. */
  state: z.enum(['none', 'unproven', 'proving', 'proven', 'failing']),
  provenAt: time.nullable(),
  /** Key of the text that explains the failure. */
  problem: z.string().nullable(),
  /** Values for the text of `problem`. */
  problemParams: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  /** Retrying cannot help: the owner must act. */
  needsOwner: z.boolean().default(false),
  /** Start of the current proven period; null when the address is not proven. */
  since: time.nullable().default(null),
  /** Start of the current outage; null when the address is reachable or was never proven. */
  lostAt: time.nullable().default(null),
  /** When the tunnel is opened again; null when no attempt is scheduled. */
  retryAt: time.nullable().default(null),
  /** The last outage of more than a minute. `kept`: a relay stored the events meanwhile. */
  gap: z.object({ from: time, to: time, kept: z.boolean() }).nullable().default(null),
  /** Another computer is paired with the same relay and is the active one. */
  standby: z.boolean().default(false),
})
export type PublicAddress = z.output<typeof publicAddress>

/**
 * Why the computer's keychain stores no secrets: a system library is missing; there is no session bus; no
 * program on the bus stores secrets; it has no collection; it is locked; a prompt is open or there is no
 * answer; the program has exited since; the item with the secrets was changed by hand; a newer version of the bridge
 * wrote it; another reason.
 */
export const keychainTrouble = z.object({
  code: z.enum([
    'no-library',
    'no-bus',
    'no-service',
    'no-collection',
    'locked',
    'waiting',
    'lost',
    'damaged',
    'newer',
    'failing',
  ]),
  /** The system's message; may be empty. */
  detail: z.string(),
})
export type KeychainTrouble = z.output<typeof keychainTrouble>

/** The data of the shell and the overview as one snapshot; sent whole whenever it changes. */
export const appState = z.object({
  time,
  version: z.string(),
  /** The program was updated in the last 30 days. */
  updated: z.boolean().default(false),
  host: z.enum(['server', 'desktop', 'demo']),
  language,
  /** The page is in the browser's language where there are texts in it, and not in `language`. */
  followsBrowser: z.boolean().default(false),
  theme,
  /** The receiver on this computer. */
  hooksUrl: z.string(),
  publicAddress,
  /** Why nothing can be stored; null when it can. */
  storeFailing: z.string().nullable(),
  /** What comes in while the database is away and is kept on the server: how much waits; null = it is refused. */
  keptEvents: z.object({ waiting: z.number(), hasRoom: z.boolean() }).nullable().default(null),
  /** Where messages and the log are kept. */
  storePlace: z.enum(['folder', 'database']).default('folder'),
  /** Where settings are stored and whether they can be changed here. */
  settingsFile: z.object({ path: z.string(), writable: z.boolean() }),
  /** Where secrets typed here are stored: `database` = sealed, for every server on it; `memory` = until the bridge exits. */
  secretsKept: z.enum(['keychain', 'database', 'memory']),
  /** Why the value is `memory` although the keychain should be used; null = no problem. */
  keychainTrouble: keychainTrouble.nullable(),
  connections: z.array(connectionState),
  /**
   * Clients of the last days who wait for an answer: their number, and since when the first of them waits. `version`
   * changes with the list.
   */
  waiting: z
    .object({ count: z.number(), since: time.nullable(), version: z.number() })
    .default({ count: 0, since: null, version: 0 }),
  /** Connections whose set-up is not finished. */
  drafts: z.array(z.object({ id: connectionId, name: z.string(), step: z.string(), redo: z.boolean() })),
  /** Pages of the simulated accounts while a demo runs. */
  demo: z.object({ visitorUrl: z.string(), planfixUrl: z.string() }).nullable(),
  /** A notice of the host for every page: its desktop shows no tray icons. */
  notices: z.array(words).default([]),
})
export type AppState = z.output<typeof appState>

export const bridgeEvent = z.object({
  id: z.number(),
  time,
  connectionId: z.string().nullable(),
  level: z.enum(['info', 'warning', 'error']),
  /** Key of the catalogues, e.g. `event.gap`. */
  key: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type BridgeEventView = z.output<typeof bridgeEvent>

export const stateCalls = {
  'state.get': call(nothing, appState),
  /** Newest last; with `afterId` the events after it, otherwise the newest `limit`. */
  'events.list': call(
    z.strictObject({ afterId: z.number().int().min(0).nullable(), limit: z.number().int().min(1).max(500) }),
    z.object({ events: z.array(bridgeEvent) }),
  ),
} as const
