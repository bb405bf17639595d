import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/main/process/clock.ts'
import { offerCode } from '../../src/main/relay/pairing.ts'
import type { RelayOptions } from '../../src/main/relay/relay.ts'
import { type Relay, startRelay } from '../../src/main/relay/relay.ts'
import { RelayStore } from '../../src/main/relay/store.ts'
import type { TunnelChange } from '../../src/main/tunnel/provider.ts'
import type { RelayedEvent, RelayInbox } from '../../src/main/tunnel/relay/inbox.ts'
import { pairWithRelay } from '../../src/main/tunnel/relay/pair.ts'
import {
  createRelayProvider,
  type RelayProvider,
  type RelayProviderOptions,
} from '../../src/main/tunnel/relay/provider.ts'

export const SECRET = 'relay-hook-secret-0123456789'

/** A relay in this process, on a separate folder, and its log. */
export interface RelayStage {
  relay: Relay
  dir: string
  logged: string[]
  /** A new code, as `relay pair` prints it. */
  code(): Promise<string>
  /** Ends the relay and starts it on the same folder and port. */
  restart(changes?: Partial<RelayOptions>): Promise<void>
  stop(): Promise<void>
}

export async function relayStage(options: Partial<RelayOptions> = {}): Promise<RelayStage> {
  const dir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'relay-'))
  const logged: string[] = []
  const log = {
    info: (fields: object, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`),
    error: (fields: object, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`),
  }
  const start = (more: Partial<RelayOptions> = {}) =>
    startRelay({ host: '127.0.0.1', port: 0, publicUrl: null, dataDir: dir, log, ...options, ...more })
  const stage: RelayStage = {
    relay: await start(),
    dir,
    logged,
    async code() {
      const store = RelayStore.beside(dir)
      const code = offerCode(store, (options.now ?? Date.now)())
      await store.close()
      return code
    },
    async restart(changes = {}) {
      const port = Number(new URL(stage.relay.control).port)
      await stage.relay.stop()
      stage.relay = await start({ port, ...changes })
    },
    async stop() {
      await stage.relay.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  return stage
}

/** An inbox in memory that remembers like the bridge's. */
class MemoryInbox implements RelayInbox {
  readonly events: RelayedEvent[] = []
  failing = false
  /** Called after each commit. */
  stored = () => {}
  private readonly marks = new Map<string, number>()

  async last(connectionId: string): Promise<number> {
    return this.marks.get(connectionId) ?? 0
  }
  async store(events: readonly RelayedEvent[]): Promise<void> {
    if (this.failing) throw new Error('the disk is full')
    for (const event of events) {
      this.events.push(event)
      this.marks.set(event.connectionId, event.seq)
    }
    this.stored()
  }
  get bodies(): string[] {
    return this.events.map(({ body }) => body)
  }
}

/** A desktop that was paired with the relay. */
export interface Desktop {
  provider: RelayProvider
  inbox: MemoryInbox
  key: string
  deviceId: string
  changes: TunnelChange[]
  roles: boolean[]
  notices(): string[]
  start(target?: { host: string; port: number }): ReturnType<RelayProvider['start']>
}

export async function pairedDesktop(
  stage: RelayStage,
  options: Partial<RelayProviderOptions> & { name?: string } = {},
): Promise<Desktop> {
  const { name = 'desktop', ...others } = options
  const url = others.url ?? stage.relay.control
  const paired = await pairWithRelay({ url: stage.relay.control, code: await stage.code(), name })
  if (!paired.ok) throw new Error(`not paired: ${paired.problem.detail}`)
  return desktop({ ...others, url, key: async () => paired.key }, paired)
}

export function desktop(
  options: Partial<RelayProviderOptions> & { url: string; key: () => Promise<string | null> },
  { key, deviceId }: { key: string; deviceId: string },
): Desktop {
  const inbox = new MemoryInbox()
  const changes: TunnelChange[] = []
  const roles: boolean[] = []
  const provider = createRelayProvider({
    connections: () => [{ id: 'shop', secret: SECRET }],
    inbox: () => inbox,
    clock: systemClock,
    role: (active) => roles.push(active),
    ...options,
  })
  return {
    provider,
    inbox,
    key,
    deviceId,
    changes,
    roles,
    notices: () => changes.flatMap((one) => (one.type === 'notice' ? [one.words.key] : [])),
    start: (target = { host: '127.0.0.1', port: 9 }) =>
      provider.start(target, (change) => void changes.push(change)),
  }
}

/** One request on a separate connection, as a service sends an event. */
export function hook(
  base: string,
  body: string,
  { id = 'shop', secret = SECRET, source = 'chatra' }: { id?: string; secret?: string; source?: string } = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const path = `${base}/hooks/${id}/${secret}/${source}`
    const sent = request(path, { method: 'POST', agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Waits for a condition, checking it often; throws what was awaited when it does not come true. */
export async function until(what: string, holds: () => unknown, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
