import { z } from 'zod'

/**
 * The messages between relay and desktop (docs/relay.md, "Keys and messages"), as JSON texts: one per
 * WebSocket message, or lists of them where a proxy blocks WebSockets. Unknown fields are ignored.
 */

export const PATHS = {
  socket: '/relay/socket',
  /** Long polling: opening a line, sending, receiving. */
  open: '/relay/line',
  say: '/relay/line/say',
  hear: '/relay/line/hear',
  pairBegin: '/relay/pair/begin',
  pairFinish: '/relay/pair/finish',
} as const
/** Header with the name of a long-polling line. */
export const LINE_HEADER = 'x-relay-line'

/** Maximum bytes of a file on their way before the reader requests more, and per message. */
export const FILE_WINDOW = 256 * 1024
export const FILE_PIECE = 32 * 1024
/** The longest message: an event of 1 MiB and its envelope. */
export const LONGEST_MESSAGE = 8 * 1024 * 1024

const key = z.string().regex(/^[\w-]{43}$/)
const box = z
  .string()
  .max(4_096)
  .regex(/^[\w-]+$/)
const count = z.number().int().min(0)
const connectionId = z.string().min(1).max(40)

// ---- pairing ----------------------------------------------------------------------------------------------

export const pairBegin = z.object({ key })
export const pairBegun = z.object({ exchange: z.string().max(100), key })
export const pairFinish = z.object({ exchange: z.string().max(100), box })
export const pairFinished = z.object({ box })
/** Inside the boxes. */
export const desktopIntroduction = z.object({ sign: key, seal: key, name: z.string().max(100) })
export const relayIntroduction = z.object({ relay: key })

// ---- the line ---------------------------------------------------------------------------------------------

const header = z.record(z.string().max(100), z.string().max(4_096))

export const fromDesktop = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), version: z.literal(1), device: z.string().max(40), nonce: key }),
  z.object({ type: z.literal('prove'), signature: z.string().max(200) }),
  /** The desktop's connections; with only a hash of each secret (`addressHash`). */
  z.object({
    type: z.literal('connections'),
    list: z.array(z.object({ id: connectionId, hash: key })).max(1_000),
  }),
  /** Every event of this batch is on the desktop's disk. */
  z.object({ type: z.literal('ack'), batch: count }),
  z.object({ type: z.literal('noted'), id: count, count }),
  /** The nonce arrived at the desktop's own receiver. */
  z.object({ type: z.literal('seen'), nonce: z.string().max(200) }),
  z.object({ type: z.literal('ping'), n: count }),
  /** Another desktop may take over at once. */
  z.object({ type: z.literal('release') }),
  z.object({ type: z.literal('head'), id: count, status: z.number().int().min(200).max(599), header }),
  z.object({ type: z.literal('data'), id: count, bytes: z.base64().max(2 * FILE_PIECE) }),
  /** `whole` is false when the source broke off. */
  z.object({ type: z.literal('end'), id: count, whole: z.boolean() }),
])
export type FromDesktop = z.output<typeof fromDesktop>

const relayEvent = z.object({
  seq: count,
  connectionId,
  source: z.enum(['chatra', 'planfix', 'planfix-chat']),
  receivedAt: count,
  from: key,
  key: box,
  body: z.base64(),
})
export type RelayEvent = z.output<typeof relayEvent>

/**
 * With the active role: its number grows with each hand-over; also how long ago the relay last heard from the
 * previous desktop.
 */
const term = { turn: count.default(0), silentMs: count.default(0) }

export const fromRelay = z.discriminatedUnion('type', [
  z.object({ type: z.literal('challenge'), nonce: key, signature: z.string().max(200) }),
  z.object({
    type: z.literal('welcome'),
    /** Key of `addressHash`. */
    hookKey: key,
    /** The public address of the relay; empty = the address that the desktop used. */
    public: z.string().max(1_000),
    /** How often to ping, milliseconds. */
    beatMs: z.number().min(10).max(60_000),
    active: z.boolean(),
    ...term,
  }),
  /** The line is closed after it. `unpaired`: the relay does not know this desktop (any more). */
  z.object({ type: z.literal('refused'), reason: z.enum(['unpaired', 'replaced', 'protocol', 'stopping']) }),
  /** Whether this desktop or another one gets the events. */
  z.object({ type: z.literal('role'), active: z.boolean(), ...term }),
  z.object({ type: z.literal('events'), batch: count, list: z.array(relayEvent) }),
  z.object({
    type: z.literal('notice'),
    id: count,
    /**
     * `refused`: the quota was full, and Chatra was asked to try again. `expired`: not delivered in time.
     */
    kind: z.enum(['refused', 'expired']),
    connectionId,
    count,
    since: count,
  }),
  z.object({ type: z.literal('proof'), nonce: z.string().max(200) }),
  z.object({ type: z.literal('pong'), n: count }),
  z.object({ type: z.literal('get'), id: count, path: z.string().max(5_000) }),
  /** The reader consumed this many more bytes. */
  z.object({ type: z.literal('more'), id: count, bytes: count }),
  z.object({ type: z.literal('cancel'), id: count }),
])
export type FromRelay = z.output<typeof fromRelay>

/** One message as text; null = not a known message. */
export function readMessage<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    const read = schema.safeParse(JSON.parse(text))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

/** Headers of an answer that are forwarded. */
export const PASSED_HEADERS = [
  'content-type',
  'content-length',
  'content-disposition',
  'x-content-type-options',
  'content-security-policy',
  'cache-control',
  'referrer-policy',
] as const
