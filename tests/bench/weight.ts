import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Bench, startBench, until, visitors } from './bench-server.ts'
import { note } from './host.ts'
import { cpuMs, type Row, round, rssMb } from './measure.ts'

const CONVERSATIONS = 100
const PER_SECOND = 50

/** What a message costs at a steady pace, when nearly every step of it is a transaction of its own. */
export async function weightRows(seconds: number): Promise<Row[]> {
  const bench = await startBench()
  const delivered = counter(bench)
  try {
    const ids = await visitors(bench, CONVERSATIONS)
    let said = 0
    const say = async (count: number) => {
      const clientId = ids[said % ids.length] ?? ''
      const texts = Array.from({ length: count }, (_, n) => `Message ${said + n} about my order`)
      said += count
      await bench.chatra.post('say', { clientId, texts })
    }
    for (let n = 0; n < ids.length; n++) await say(1)
    await until('the first messages', () => delivered.value() >= said)
    const { pid } = bench.server.child
    const before = { io: io(pid), cpu: cpuMs(pid), said, rss: rssMb(pid) }
    const begun = performance.now()
    const pending: Promise<void>[] = []
    for (let n = 0; n < seconds * PER_SECOND; n++) {
      const wait = begun + (n * 1000) / PER_SECOND - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      pending.push(say(1))
    }
    await Promise.all(pending)
    await until('all messages', () => delivered.value() >= said)
    const after = { io: io(pid), cpu: cpuMs(pid), rss: rssMb(pid) }
    const count = said - before.said
    const bytes = (after.io.bytes - before.io.bytes) / count / 1024
    return [
      {
        topic: 'weight',
        metric: `written to disk per message at ${PER_SECOND} a second, ${round(seconds)} s`,
        measured: `${round(bytes, 1)} KB`,
        target: '<= 20 KB',
        met: bytes <= 20,
      },
      note('weight', 'calls that write, per message', round((after.io.calls - before.io.calls) / count, 1)),
      note(
        'weight',
        'CPU time of the server per message',
        `${round((after.cpu - before.cpu) / count, 2)} ms`,
      ),
      note('weight', 'resident memory before and after', `${round(before.rss)} and ${round(after.rss)} MB`),
    ]
  } finally {
    delivered.close()
    await bench.end()
  }
}

/** What a process wrote since it began: bytes that reach the disk, and calls. Linux only. */
function io(pid: number | undefined): { bytes: number; calls: number } {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8')
  const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1])
  return { bytes: field('write_bytes'), calls: field('syscw') }
}

/** Client messages delivered, as the store counts them. */
function counter(bench: Bench): { value(): number; close(): void } {
  const database = new Database(join(bench.dataDir, 'bridge.sqlite'), { readonly: true })
  const count = database.prepare<unknown[], { number: number }>(
    `SELECT number FROM tallies WHERE connection = 'shop' AND state = 'delivered' AND direction = 'to-planfix'`,
  )
  return { value: () => count.get()?.number ?? 0, close: () => database.close() }
}
