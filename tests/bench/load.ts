import { connect, type Socket } from 'node:net'
import { mark } from './flow/marks.ts'
import { quantile } from './measure.ts'

/**
 * Posts webhooks as fast as they are answered, or at a fixed rate; a separate program, so that it takes no time from
 * the measured one.
 */
export interface LoadOptions {
  url: string
  connections: number
  requests: number
  /** Requests per second; null = the next one as soon as the previous one is answered. */
  rate: number | null
  /** Clients whose chats the messages belong to. */
  clients: number
  /** Distinguishes the clients and messages of this run from those of others. */
  tag: string
  /** The number of the first message; 0 by default. */
  from?: number
}
export interface LoadReport {
  answered200: number
  others: number
  perSecond: number
  /** Milliseconds from the scheduled time of a request to its complete answer. */
  p50: number
  p95: number
  p99: number
}

/** A request as it goes over the wire: a fragment as Chatra posts it (contracts/chatra.md section 4.6), about 1 KB. */
function requestText(options: LoadOptions, n: number): string {
  const talk = n % options.clients
  const id = `${options.tag}client${talk}`
  const body = JSON.stringify({
    eventName: 'chatFragment',
    client: {
      id,
      chatId: `chat${id}`,
      displayedName: `Visitor ${id}`,
      basicInfo: { name: `Visitor ${id}` },
      integrationData: {},
      info: {},
      ip: '192.0.2.10',
      country: 'Moldova',
      city: 'Chisinau',
      browser: 'Chrome 141',
      os: 'Windows 10',
      userAgent: 'Mozilla/5.0 (Windows 10) Chrome/141',
      lastVisit: {
        startedAt: STARTED,
        finishedAt: null,
        hostName: 'shop.example',
        viewedPages: [{ link: 'https://shop.example/red-shoes', title: 'Red shoes' }],
      },
    },
    agents: [{ id: 'agent1', name: 'Julia', email: 'julia@shop.example' }],
    messages: [
      {
        id: `${options.tag}m${n}`,
        type: 'client',
        text: `Message ${mark(talk, Math.floor(n / options.clients))} of ${options.tag}`,
        createdAt: Date.now(),
      },
    ],
  })
  const { host, pathname } = new URL(options.url)
  return [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}
const STARTED = Date.now()

async function load(options: LoadOptions): Promise<LoadReport> {
  const { hostname, port } = new URL(options.url)
  const sockets = await Promise.all(
    Array.from({ length: options.connections }, () => opened(connect(Number(port), hostname))),
  )
  const { requests, from: first = 0 } = options
  const textOf = (n: number) => requestText(options, first + n)
  // At full speed writing them would take time from sending them; at a pace each has the time when it is sent.
  const ready = options.rate === null ? Array.from({ length: requests }, (_, n) => textOf(n)) : []
  const times: number[] = []
  let others = 0
  let next = 0
  const begun = performance.now()
  const dueAt = (n: number) => (options.rate === null ? null : begun + (n * 1000) / options.rate)
  const work = async (socket: Socket) => {
    while (next < requests) {
      const n = next++
      const due = dueAt(n) ?? performance.now()
      const wait = due - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      // Node's timers fire up to a millisecond late: that delay is ours, not the server's.
      const from = Math.max(due, performance.now() - 1)
      const status = await exchange(socket, ready[n] ?? textOf(n))
      times.push(performance.now() - from)
      if (status !== 200) others += 1
    }
  }
  await Promise.all(sockets.map(work))
  const seconds = (performance.now() - begun) / 1000
  for (const socket of sockets) socket.destroy()
  return {
    answered200: times.length - others,
    others,
    perSecond: (times.length - others) / seconds,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
  }
}

const opened = (socket: Socket): Promise<Socket> =>
  new Promise((resolve, reject) => {
    socket.setNoDelay(true)
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })

/** Sends one request; returns the status. The receiver's answers have no body. */
function exchange(socket: Socket, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const fail = () => reject(new Error('the receiver cut the connection'))
    const take = (chunk: Buffer) => {
      answer += chunk.toString('latin1')
      if (!answer.includes('\r\n\r\n')) return
      socket.off('data', take)
      socket.off('close', fail)
      resolve(Number(answer.slice(9, 12)))
    }
    socket.on('data', take)
    socket.once('close', fail)
    socket.write(text)
  })
}

if (process.argv[1] === import.meta.filename) {
  const report = await load(JSON.parse(process.argv[2] ?? '{}') as LoadOptions)
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
