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

/** One side of a connection: working, trying again by itself at `until`, or waiting for the owner. */
export const sideState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ok') }),
  z.object({
    state: z.enum(['waiting', 'paused']),
    /** Of `ErrorCode`: with the side, the end of the key `error.{side}.{code}`. */
    code: z.string(),
    until: time,
    /** A missing scope's name, otherwise words of the service. */
    detail: z.string(),
  }),
])

export const connectionState = z.object({
  id: connectionId,
  name: z.string(),
  enabled: z.boolean(),
  /** Days for which what comes in is kept while it is switched off; 0 = not at all. */
  keepsWhilePausedDays: z.number(),
  /** Its accounts are simulators. */
  demo: z.boolean(),
  /** Which secrets are not there; it carries nothing until they are. */
  missing: z.array(z.enum(['chatra-secret-key', 'planfix-token', 'webhook-secret'])),
  chatra: sideState,
  planfix: sideState,
  planfixWebUrl: z.string(),
  budget: z.object({
    /** Requests Planfix still allows today; null when it has not said. */
    remaining: z.number().nullable(),
    usedToday: z.number(),
    resetAt: time.nullable(),
    /** Requests of a day that Planfix allows; null when it cannot be told. */
    limit: z.number().nullable(),
    /** Kept for clients' messages; 0 when the limit is not known. */
    reservedForClients: z.number(),
    /** Nothing but the reserve is left, so nothing is polled. */
    isReserveOnly: z.boolean(),
    /** Milliseconds between two polls at present. */
    pollEveryMs: z.number(),
    /** When the count of the day begins anew. */
    renewedAt: time,
  }),
  /** Messages (not events) by direction and state. */
  counts: z.record(direction, z.record(messageState, z.number())),
  /** When the last webhook of each came in since the bridge was set up; null = never. */
  heard: z.object({ chatra: time.nullable(), planfix: time.nullable() }),
  /** Nobody is listed, so every employee may answer clients. */
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
  /** Why it fails: key of the catalogues. */
  problem: z.string().nullable(),
  /** What is filled into the text of `problem`. */
  problemParams: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  /** Trying again by itself cannot help: the owner has to do something. */
  needsOwner: z.boolean().default(false),
  /** Since when it is proven without a break; null when it is not. */
  since: time.nullable().default(null),
  /** Since when it is not reached; null when it is, or never was. */
  lostAt: time.nullable().default(null),
  /** When it is opened again; null when nothing waits. */
  retryAt: time.nullable().default(null),
  /** The last time of more than a minute when it was not reached. `kept`: a relay kept what came in meanwhile. */
  gap: z.object({ from: time, to: time, kept: z.boolean() }).nullable().default(null),
  /** Another computer is paired with the relay too, and gets the events now. */
  standby: z.boolean().default(false),
})
export type PublicAddress = z.output<typeof publicAddress>

/**
 * Why the keychain of the computer keeps no secrets: a library of the system is missing; no session bus; nothing there that
 * keeps secrets; it keeps no collection; locked; a prompt waits for its owner, or nothing answers; the program that keeps
 * them has ended since; something else.
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
    'failing',
  ]),
  /** What the system said; may be empty. */
  detail: z.string(),
})
export type KeychainTrouble = z.output<typeof keychainTrouble>

/** Everything the shell and the overview show, as one snapshot; sent whole whenever it changes. */
export const appState = z.object({
  time,
  version: z.string(),
  host: z.enum(['server', 'desktop', 'demo']),
  language,
  theme,
  /** The receiver on this computer. */
  hooksUrl: z.string(),
  publicAddress,
  /** Why the data folder cannot be written; null when it can. */
  storeFailing: z.string().nullable(),
  /** Where settings are kept and whether they can be changed from here. */
  settingsFile: z.object({ path: z.string(), writable: z.boolean() }),
  /** Where secrets typed here are kept: `memory` = until the bridge ends. */
  secretsKept: z.enum(['keychain', 'memory']),
  /** Why it is `memory` although the computer's keychain should keep them; null = nothing is wrong. */
  keychainTrouble: keychainTrouble.nullable(),
  connections: z.array(connectionState),
  /** Connections whose set-up was begun and not finished. */
  drafts: z.array(z.object({ id: connectionId, name: z.string(), step: z.string(), redo: z.boolean() })),
  demo: z.object({ connectionId, visitorUrl: z.string(), planfixUrl: z.string() }).nullable(),
  /** What the host has to say on every page: that its desktop shows no tray images. */
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
  /** Newest last; with `afterId` those after it, otherwise the newest `limit`. */
  'events.list': call(
    z.strictObject({ afterId: z.number().int().min(0).nullable(), limit: z.number().int().min(1).max(500) }),
    z.object({ events: z.array(bridgeEvent) }),
  ),
} as const
