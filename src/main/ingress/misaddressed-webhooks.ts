import type { BridgeEvent } from '../../shared/domain.ts'
import type { Clock } from '../engine/ports.ts'

const AGAIN_MS = 3_600_000

interface Options {
  clock: Pick<Clock, 'now'>
  connections(): readonly { id: string; name: string }[]
  notify(event: BridgeEvent): void
}

/**
 * Events sent to an address that names a connection but has a wrong secret: an incompletely copied address,
 * or the one from before a change of the secret. The owner is notified once an hour for each connection;
 * requests for other addresses come from strangers.
 */
export class MisaddressedWebhooks {
  private readonly reportedAt = new Map<string, number>()
  private readonly options: Options

  constructor(options: Options) {
    this.options = options
  }

  /** `id`: the part in place of the connection's id. */
  arrived(id: string): void {
    const { clock, connections, notify } = this.options
    const connection = connections().find((one) => one.id === id)
    if (!connection) return
    const now = clock.now()
    const before = this.reportedAt.get(id)
    if (before !== undefined && now - before < AGAIN_MS && now >= before) return
    this.reportedAt.set(id, now)
    notify({
      time: now,
      connectionId: id,
      level: 'warning',
      key: 'event.wrong-address',
      params: { connection: connection.name },
    })
  }
}
