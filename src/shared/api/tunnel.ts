import { z } from 'zod'
import { call, nothing, time } from './answer.ts'
import { publicAddress } from './state.ts'

const text = z.string().max(500)

/** How the receiver gets its public address. Values are as typed and are checked when they are saved. */
export const tunnelSettings = z.strictObject({
  provider: z.enum(['none', 'own', 'ngrok', 'ssh', 'relay']),
  /** The address that the owner forwards to the receiver; empty = none. */
  own: z.strictObject({ address: z.string().max(2000) }),
  /** Empty = the domain that ngrok assigns. */
  ngrok: z.strictObject({ domain: text }),
  ssh: z.strictObject({
    host: text,
    port: z.number(),
    user: text,
    /** Usually empty; some services need a name here. */
    remoteHost: text,
    /** 0 = any free port. */
    remotePort: z.number(),
    /** Empty = the server prints it. */
    publicUrl: z.string().max(2000),
    /** Empty = accept the key of the first connection. */
    hostKey: text,
  }),
  relay: z.strictObject({ url: z.string().max(2000), deviceId: text }),
})
export type TunnelSettings = z.output<typeof tunnelSettings>

/** A change of secrets: a secret that is missing or null stays as it is, an empty one is deleted. */
const secret = (longest: number) => z.string().max(longest).nullable().optional()
const tunnelSecrets = z.strictObject({
  ngrokToken: secret(500),
  /** The private key as text. */
  sshKey: secret(20_000),
  sshPassphrase: secret(500),
  sshPassword: secret(500),
})

const hostKey = z.object({
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  fingerprint: z.string(),
  seenAt: time,
})

const tunnelView = z.object({
  settings: tunnelSettings,
  /** Which secrets are stored. */
  has: z.object({
    ngrokToken: z.boolean(),
    sshKey: z.boolean(),
    sshPassphrase: z.boolean(),
    sshPassword: z.boolean(),
    relayKey: z.boolean(),
  }),
  /** Of the configured SSH server: the accepted key, and a different key that was refused since. */
  hostKey: z.object({ pinned: hostKey.nullable(), refused: hostKey.nullable() }),
  state: publicAddress,
})
export type TunnelView = z.output<typeof tunnelView>

export const tunnelCalls = {
  'tunnel.get': call(nothing, tunnelView),
  /** An error names its `field`: `ssh.host`, `ngrokToken`. The tunnel is reopened. */
  'tunnel.save': call(
    z.strictObject({ settings: tunnelSettings, secrets: tunnelSecrets.default({}) }),
    tunnelView,
  ),
  /** Opens the tunnel if it is closed and proves the address at once; takes up to half a minute. */
  'tunnel.prove': call(nothing, publicAddress),
  /** The owner has verified the refused key of the SSH server: it is accepted from now on. */
  'tunnel.trustHostKey': call(z.strictObject({ fingerprint: text }), tunnelView),
  /** Pairs with a relay using the code that the relay shows, and uses this relay from then on. */
  'tunnel.pair': call(
    z.strictObject({ address: z.string().max(2000), code: z.string().max(100) }),
    tunnelView,
  ),
} as const
