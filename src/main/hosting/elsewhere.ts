import { get, type IncomingMessage } from 'node:http'
import type { Clock } from '../engine/ports.ts'
import type { Cluster, Holder } from '../store/index.ts'
import type { FileDownload } from '../webhooks/file-download.ts'

/** Who carries what is asked again after this time. */
const FRESH_MS = 2000
/** The other host waits for a slot of the account, and for Planfix. */
const LONGEST_MS = 60_000

/** What this host knows of units that others carry, and what it asks of those. */
export class Elsewhere {
  private readonly cluster: Cluster
  private readonly clock: Clock
  private asked: { at: number; holders: Promise<Map<string, Holder>> } | null = null

  constructor(cluster: Cluster, clock: Clock) {
    this.cluster = cluster
    this.clock = clock
  }

  /** The other host that carries this unit now; null = none, or this one. */
  async hostOf(unit: string): Promise<Holder | null> {
    const now = this.clock.now()
    if (this.asked === null || now - this.asked.at >= FRESH_MS || now < this.asked.at) {
      const holders = this.cluster
        .holders()
        .then(
          (all) => new Map(all.filter(({ host }) => host !== this.cluster.me).map((one) => [one.unit, one])),
        )
      this.asked = { at: now, holders }
      holders.catch(() => {
        this.asked = null
      })
    }
    return (await this.asked.holders).get(unit) ?? null
  }

  /**
   * A file of an account that another host carries: read by that one, since a download takes a turn of the account's
   * rate and counts among its requests of the day. As FileDownloads.get.
   */
  async file(unit: string, token: string, name: string): Promise<FileDownload | 'later' | null> {
    const holder = await this.hostOf(unit)
    if (holder === null) return 'later'
    const answer = await request(`${holder.address}/files/${token}`)
    const { statusCode, headers } = answer
    if (statusCode === 200) {
      const size = headers['content-length']
      return {
        name,
        type: headers['content-type'] ?? null,
        size: size === undefined ? null : Number(size),
        body: answer,
      }
    }
    answer.destroy()
    return statusCode === 404 ? null : 'later'
  }
}

function request(address: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get(address, { agent: false }, resolve)
    // Of silence: a large file may take longer.
    asked.setTimeout(LONGEST_MS, () => asked.destroy(new Error('the other host does not answer')))
    asked.on('error', reject)
  })
}
