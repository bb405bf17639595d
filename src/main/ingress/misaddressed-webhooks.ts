import type { BridgeEvent } from '../../shared/domain.ts'
import type { Clock } from '../engine/ports.ts'

const AGAIN_MS = 3_600_000

interface Options {
  clock: Pick<Clock, 'now'>
  connections(): readonly { id: string; name: string }[]
  notify(event: BridgeEvent): void
}

/**
 * Events that came to an address which names a connection but is not its own: an address that was copied in part, or that
 * of before its secret was changed. The owner is told once an hour for each connection; who asks for anything else is a
 * stranger.
 */
export class MisaddressedWebhooks {
  private readonly reportedAt = new Map<string, number>()
  private readonly options: Options

  constructor(options: Options) {
    this.options = options
  }

  /** `id`: what stands where the connection's id belongs. */
  arrived(id: string): void {
    const { clock, connections, notify: tell } = this.options
    const connection = connections().find((one) => one.id === id)
    if (!connection) return
    const now = clock.now()
    const before = this.reportedAt.get(id)
    if (before !== undefined && now - before < AGAIN_MS && now >= before) return
    this.reportedAt.set(id, now)
    tell({
      ...{ time: now, connectionId: id, level: 'warning', key: 'event.wrong-address' },
      params: { connection: connection.name },
    })
  }
}
