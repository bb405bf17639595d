import type { ApplicationStore } from '../store/index.ts'
import type { HostKeys, KnownKey } from '../tunnel/ssh/host-key.ts'

/** The accepted key of an SSH server, and a different key that it showed since. */
export interface ServerKeys {
  pinned: SeenKey | null
  refused: SeenKey | null
}
type SeenKey = KnownKey & { seenAt: number }

export interface SshServer {
  host: string
  port: number
  /** The owner's value in the configuration takes precedence over the stored key. */
  hostKey: string | null
}

const NONE: ServerKeys = { pinned: null, refused: null }
const factOf = ({ host, port }: SshServer) => `sshHostKey:${host.toLowerCase()}:${port}`

/** The stored state of the server's keys. */
export async function serverKeys(store: ApplicationStore, server: SshServer): Promise<ServerKeys> {
  return (await store.fact<ServerKeys>('', factOf(server))) ?? NONE
}

const keep = (store: ApplicationStore, server: SshServer, value: ServerKeys) =>
  store.commit([{ type: 'fact.set', connectionId: '', key: factOf(server), value }])

/** Accepts the refused key. False when it was a different one, or none. */
export async function trustKey(
  store: ApplicationStore,
  server: SshServer,
  fingerprint: string,
): Promise<boolean> {
  const { refused } = await serverKeys(store, server)
  if (refused?.fingerprint !== fingerprint) return false
  await keep(store, server, { pinned: refused, refused: null })
  return true
}

/** Keys of this server in the data folder. */
export function hostKeysOf(store: ApplicationStore, server: SshServer, now: () => number): HostKeys {
  return {
    async known() {
      const { pinned } = await serverKeys(store, server)
      if (server.hostKey === null) return pinned
      const type = pinned?.fingerprint === server.hostKey ? pinned.type : null
      return { fingerprint: server.hostKey, type }
    },
    pin: async (key) =>
      void (await keep(store, server, { pinned: { ...key, seenAt: now() }, refused: null })),
    async refused(key) {
      const { pinned } = await serverKeys(store, server)
      await keep(store, server, { pinned, refused: { ...key, seenAt: now() } })
    },
  }
}
