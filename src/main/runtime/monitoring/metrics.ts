import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { MESSAGE_STATES } from '../../../shared/domain.ts'
import { Histogram, metric, type Sample } from '../../process/prometheus.ts'
import type { LogPlace } from '../../store/index.ts'
import type { Application } from '../application.ts'

/** Seconds. Planfix takes one request a second, and an outage may last a day. */
const DELAYS = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400]
/** Log lines per read, and per request: a longer backlog is counted by the next ones. */
const STRIDE = 1_000
const MOST_STRIDES = 20
const DIRECTIONS = ['to-planfix', 'to-chatra'] as const

/**
 * The state of the application in Prometheus' format (docs/operating.md, "Metrics"): counts, ids of connections and
 * codes; no texts, names or secrets. Nothing is measured before the first request but the commits.
 */
export class Metrics {
  readonly #application: Application
  readonly #version: string
  readonly #delays = new Histogram(DELAYS)
  #loop: ReturnType<typeof monitorEventLoopDelay> | null = null
  #utilization = performance.eventLoopUtilization()
  #place: LogPlace | null = null
  #reading: Promise<void> = Promise.resolve()

  constructor(application: Application, version: string) {
    this.#application = application
    this.#version = version
  }

  /** Rejects when the store cannot be read. */
  async text(): Promise<string> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#readDelays())
    await this.#reading
    return [
      ...this.#program(),
      ...this.#accounts(),
      ...(await this.#messages()),
      this.#delays.text('bridge_delivery_delay_seconds', 'From receipt to delivery, since the first request'),
      this.#application.store.commits.text('bridge_commit_seconds', 'From a write until it is on disk'),
    ].join('')
  }

  /** Delays of what was delivered since the last request. */
  async #readDelays(): Promise<void> {
    const { store } = this.#application
    this.#place ??= await store.logEnd()
    for (let turn = 0; turn < MOST_STRIDES; turn++) {
      const { steps, place } = await store.stepsAfter(this.#place, STRIDE)
      for (const { state, connection, direction, ageMs } of steps)
        if (state === 'delivered') this.#delays.observe(ageMs / 1000, { connection, direction })
      this.#place = place
      if (steps.length < STRIDE) return
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #program(): string[] {
    const { publicAddress, storeFailing } = this.#application
    const before = this.#utilization
    this.#utilization = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(this.#utilization, before)
    return [
      gauge('bridge_info', 'Always 1; the label names the version', 1, { version: this.#version }),
      gauge('bridge_ready', 'Events can be stored', Number(this.#application.isReady())),
      gauge('bridge_store_writable', 'The data folder can be written', Number(storeFailing === null)),
      gauge(
        'bridge_degraded',
        'Something is missing, paused or failing',
        Number(this.#application.isDegraded()),
      ),
      gauge(
        'bridge_public_address_proven',
        'Chatra can reach the bridge',
        Number(publicAddress.state === 'proven'),
      ),
      gauge('bridge_standby', 'Another computer behind the relay works', Number(publicAddress.standby)),
      gauge('process_resident_memory_bytes', 'Memory of the process', process.memoryUsage.rss()),
      gauge('process_start_time_seconds', 'Since 1970', Date.now() / 1000 - process.uptime()),
      metric('counter', 'process_cpu_seconds_total', 'Time on a processor', [
        { labels: {}, value: cpuSeconds() },
      ]),
      gauge(
        'bridge_event_loop_utilization',
        'Share of the time since the last request that was work',
        utilization,
      ),
      this.#loopDelay(),
    ]
  }

  /** The longest delay since the last request; measured from the first request on. */
  #loopDelay(): string {
    const delay = this.#loop
    if (delay === null) {
      this.#loop = monitorEventLoopDelay({ resolution: 20 })
      this.#loop.enable()
      return ''
    }
    const samples = [0.5, 0.99, 1].map((quantile) => ({
      labels: { quantile: String(quantile) },
      value: (quantile === 1 ? delay.max : delay.percentile(quantile * 100)) / 1e9,
    }))
    delay.reset()
    return metric(
      'gauge',
      'bridge_event_loop_delay_seconds',
      'Delay of timers since the last request',
      samples,
    )
  }

  #accounts(): string[] {
    const connections = [...this.#application.connections]
    const breakers = connections.flatMap(([connection, { chatraBreaker, planfixBreaker }]): Sample[] => [
      { labels: { connection, side: 'chatra' }, value: Number(!chatraBreaker.isHealthy) },
      { labels: { connection, side: 'planfix' }, value: Number(!planfixBreaker.isHealthy) },
    ])
    const quotas = connections.map(([connection, { account }]) => ({ connection, ...account.quota.state() }))
    const known = (name: 'remaining' | 'limit' | 'usedToday') =>
      quotas.flatMap(({ connection, ...quota }) =>
        quota[name] === null ? [] : [{ labels: { connection }, value: quota[name] }],
      )
    return [
      metric('gauge', 'bridge_breaker_open', 'The side of a connection is stopped or failing', breakers),
      metric(
        'gauge',
        'bridge_secrets_missing',
        'Keys and tokens that the connection lacks',
        connections.map(([connection, { missing }]) => ({ labels: { connection }, value: missing.length })),
      ),
      metric(
        'gauge',
        'bridge_planfix_quota_left',
        'Requests that Planfix still allows today',
        known('remaining'),
      ),
      metric('gauge', 'bridge_planfix_quota_limit', 'Requests that Planfix allows a day', known('limit')),
      metric('gauge', 'bridge_planfix_quota_used', 'Requests made today', known('usedToday')),
    ]
  }

  async #messages(): Promise<string[]> {
    const { store, configuration } = this.#application
    const ids = configuration.connections.map(({ id }) => id)
    const counts = await Promise.all(ids.map(async (id) => ({ id, ...(await store.counts(id)) })))
    const { inbox, jobs } = await store.backlog()
    const each = (numbers: ReadonlyMap<string, number>): Sample[] =>
      ids.map((connection) => ({ labels: { connection }, value: numbers.get(connection) ?? 0 }))
    return [
      metric(
        'gauge',
        'bridge_messages',
        'Stored messages by their state',
        counts.flatMap(({ id, states }) =>
          DIRECTIONS.flatMap((direction) =>
            MESSAGE_STATES.map((state) => ({
              labels: { connection: id, direction, state },
              value: states[direction][state],
            })),
          ),
        ),
      ),
      metric(
        'gauge',
        'bridge_queue_messages',
        'Messages that are still to be delivered',
        counts.flatMap(({ id, open }) =>
          DIRECTIONS.map((direction) => ({ labels: { connection: id, direction }, value: open[direction] })),
        ),
      ),
      metric('gauge', 'bridge_inbox_waiting', 'Received events that are not decided on yet', each(inbox)),
      metric('gauge', 'bridge_jobs_waiting', 'Work beside messages', each(jobs)),
    ]
  }
}

const gauge = (name: string, help: string, value: number, labels = {}): string =>
  metric('gauge', name, help, [{ labels, value }])

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
