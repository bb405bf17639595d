import type { Caller } from '../api/dispatcher.ts'
import { oneAtATime } from '../process/one-at-a-time.ts'
import type { Application, Log } from '../runtime/application.ts'

/** A pause of all connections that ends by itself, or when the owner ends it. */
export interface TimedPause {
  /** Null = there is none. `until`: null = until the owner ends it. */
  readonly current: { until: number | null } | null
  /** Switches every connection off that is on. Returns the ids of those that could not be switched. */
  pause(forMs: number | null): Promise<string[]>
  /** Switches on again what `pause` switched off. */
  resume(): Promise<string[]>
  /** The bridge runs: a pause from before a restart goes on, or has ended. */
  begin(): Promise<void>
  stop(): void
}

/** What is on disk before the first connection is switched off: it is switched on again in any case. */
interface KeptPause {
  until: number | null
  connections: string[]
}

/** A fact of the program, in the data folder. */
const FACT = 'pause'
/** A settings file that cannot be written at the moment. */
const AGAIN_MS = 60_000

/**
 * Pauses for a time. A paused connection keeps what comes in (docs/architecture.md, "Numbers and rules",
 * "Paused connection"). A connection that the owner switches on by hand leaves the pause.
 */
export function timedPause(options: {
  application: Pick<Application, 'clock' | 'store' | 'configuration' | 'subscribe'>
  caller: Caller
  log: Pick<Log, 'info' | 'warn'>
  changed(): void
}): TimedPause {
  const { application, caller, log, changed } = options
  const { store, clock } = application
  let kept: KeptPause | null = null
  let cancel = () => {}
  let stopped = false
  /** While connections are being switched here, changes are not the owner's. */
  let isSwitching = false
  /** One change after the other: two clicks must not mix. */
  const inTurn = oneAtATime()

  async function keep(next: KeptPause | null): Promise<void> {
    await store.commit([{ type: 'fact.set', connectionId: '', key: FACT, value: next }])
    kept = next
    schedule()
    changed()
  }

  /** Timers stop while the computer sleeps: the end is also checked when it wakes up. */
  function schedule(): void {
    cancel()
    if (stopped || kept === null || kept.until === null) return
    const left = kept.until - clock.now()
    cancel = clock.after(Math.max(left, 0), () => void inTurn(end))
  }

  async function end(): Promise<string[]> {
    if (stopped || kept === null) return []
    const failed = await switchAll(kept.connections, true)
    if (failed.length === 0) {
      await keep(null)
      log.info({}, 'the pause is over')
    } else if (!stopped) {
      cancel()
      cancel = clock.after(AGAIN_MS, () => void inTurn(end))
    }
    return failed
  }

  async function switchAll(ids: readonly string[], enabled: boolean): Promise<string[]> {
    const failed: string[] = []
    isSwitching = true
    try {
      for (const id of ids) {
        if (!application.configuration.connections.some((one) => one.id === id)) continue
        const answer = await caller.call({ trusted: true }, 'connection.enable', { id, enabled })
        if (answer.ok) continue
        failed.push(id)
        log.warn({ connection: id, why: answer.error.message.key }, 'a connection could not be switched')
      }
    } finally {
      isSwitching = false
    }
    return failed
  }

  /** Those that the owner has switched on meanwhile. */
  async function leaveOut(): Promise<void> {
    if (stopped || kept === null) return
    const off = new Set(
      application.configuration.connections.filter(({ enabled }) => !enabled).map(({ id }) => id),
    )
    const connections = kept.connections.filter((id) => off.has(id))
    if (connections.length === kept.connections.length) return
    await keep(connections.length === 0 ? null : { ...kept, connections })
  }

  const leave = application.subscribe({
    configurationChanged: () => {
      if (kept !== null && !isSwitching) inTurn(leaveOut).catch(() => undefined)
    },
    wokeUp: schedule,
  })

  return {
    get current() {
      return kept === null ? null : { until: kept.until }
    },
    pause: (forMs) =>
      inTurn(async () => {
        const on = application.configuration.connections.filter(({ enabled }) => enabled)
        const connections = [...new Set([...(kept?.connections ?? []), ...on.map(({ id }) => id)])]
        if (connections.length === 0) return []
        await keep({ until: forMs === null ? null : clock.now() + forMs, connections })
        return switchAll(
          on.map(({ id }) => id),
          false,
        )
      }),
    resume: () => inTurn(end),
    begin: () =>
      inTurn(async () => {
        kept = (await store.fact<KeptPause>('', FACT)) ?? null
        if (kept === null) return
        // Cut short between the fact and the switches, or switched on while the program was off.
        await leaveOut()
        schedule()
        changed()
      }),
    stop() {
      stopped = true
      cancel()
      leave()
    },
  }
}
