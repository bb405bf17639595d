import { z } from 'zod'
import { call, nothing, time } from './answer.ts'
import { publicAddress } from './state.ts'

const text = z.string().max(500)

/** How the receiver gets its public address. Values are as typed: they are checked when they are saved. */
export const tunnelSettings = z.strictObject({
  provider: z.enum(['none', 'own', 'ngrok', 'ssh', 'relay']),
  /** Led to the receiver by the owner; empty = none. */
  own: z.strictObject({ address: z.string().max(2000) }),
  /** Empty = the domain that ngrok gives. */
  ngrok: z.strictObject({ domain: text }),
  ssh: z.strictObject({
    host: text,
    port: z.number(),
    user: text,
    /** Empty unless the service wants a name at this place. */
    remoteHost: text,
    /** 0 = any. */
    remotePort: z.number(),
    /** Empty = the server prints it. */
    publicUrl: z.string().max(2000),
    /** Empty = that of the first connection holds. */
    hostKey: text,
  }),
  relay: z.strictObject({ url: z.string().max(2000), deviceId: text }),
})
export type TunnelSettings = z.output<typeof tunnelSettings>

/** A change of secrets: one that is not named or null stays as it is, an empty one is forgotten. */
const secret = (longest: number) => z.string().max(longest).nullable().optional()
export const tunnelSecrets = z.strictObject({
  ngrokToken: secret(500),
  /** The text of a private key. */
  sshKey: secret(20_000),
  sshPassphrase: secret(500),
  sshPassword: secret(500),
})

const hostKey = z.object({
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  fingerprint: z.string(),
  seenAt: time,
})

export const tunnelView = z.object({
  settings: tunnelSettings,
  /** Which secrets are there. */
  has: z.object({
    ngrokToken: z.boolean(),
    sshKey: z.boolean(),
    sshPassphrase: z.boolean(),
    sshPassword: z.boolean(),
    relayKey: z.boolean(),
  }),
  /** Of the SSH server that is set: the key that holds, and another one that was refused since. */
  hostKey: z.object({ pinned: hostKey.nullable(), refused: hostKey.nullable() }),
  state: publicAddress,
})
export type TunnelView = z.output<typeof tunnelView>

export const tunnelCalls = {
  'tunnel.get': call(nothing, tunnelView),
  /** What is wrong comes back with its `field`: `ssh.host`, `ngrokToken`. The way in is opened anew. */
  'tunnel.save': call(
    z.strictObject({ settings: tunnelSettings, secrets: tunnelSecrets.default({}) }),
    tunnelView,
  ),
  /** Tries now: opens the way in when it is closed, and proves it; takes up to half a minute. */
  'tunnel.prove': call(nothing, publicAddress),
  /** The owner has compared the refused key of the SSH server: it holds from now on. */
  'tunnel.trustHostKey': call(z.strictObject({ fingerprint: text }), tunnelView),
  /** Pairs with a relay by the code that it shows, and uses it from then on. */
  'tunnel.pair': call(
    z.strictObject({ address: z.string().max(2000), code: z.string().max(100) }),
    tunnelView,
  ),
} as const
