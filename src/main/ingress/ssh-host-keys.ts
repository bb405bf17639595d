import type { SqliteStore } from '../store/index.ts'
import type { HostKeys, KnownKey } from '../tunnel/ssh/host-key.ts'

/** The key of an SSH server that holds, and another one that it showed since. */
export interface ServerKeys {
  pinned: SeenKey | null
  refused: SeenKey | null
}
type SeenKey = KnownKey & { seenAt: number }

export interface SshServer {
  host: string
  port: number
  /** What the owner wrote into the configuration goes before what was seen. */
  hostKey: string | null
}

const NONE: ServerKeys = { pinned: null, refused: null }
const factOf = ({ host, port }: SshServer) => `sshHostKey:${host.toLowerCase()}:${port}`

/** What is remembered of the server's keys. */
export async function serverKeys(store: SqliteStore, server: SshServer): Promise<ServerKeys> {
  return (await store.fact<ServerKeys>('', factOf(server))) ?? NONE
}

const keep = (store: SqliteStore, server: SshServer, value: ServerKeys) =>
  store.commit([{ type: 'fact.set', connectionId: '', key: factOf(server), value }])

/** Makes the key that was refused the one that holds. False when it was another one, or none. */
export async function trustKey(store: SqliteStore, server: SshServer, fingerprint: string): Promise<boolean> {
  const { refused } = await serverKeys(store, server)
  if (refused?.fingerprint !== fingerprint) return false
  await keep(store, server, { pinned: refused, refused: null })
  return true
}

/** Keys of this server in the data folder. */
export function hostKeysOf(store: SqliteStore, server: SshServer, now: () => number): HostKeys {
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
