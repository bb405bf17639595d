import { readFileSync } from 'node:fs'
import { type Bench, startBench, until } from './bench-server.ts'
import { Arrivals } from './flow/arrivals.ts'
import { countFaults, faultWords } from './flow/marks.ts'
import { note } from './host.ts'
import { cpuMs, peakRssMb, type Row, round, rssMb } from './measure.ts'
import { post } from './webhooks.ts'

const CONVERSATIONS = 100
const PER_SECOND = 50
const LOOK_MS = 10_000
const TAG = 'steady'

/** What a message costs at a steady pace, and what becomes of memory and of webhooks when it goes on. */
export async function weightRows(seconds: number): Promise<Row[]> {
  const bench = await startBench()
  try {
    return rowsOf(seconds, await measure(bench, seconds))
  } finally {
    await bench.end()
  }
}

async function measure(bench: Bench, seconds: number) {
  const arrivals = new Arrivals(bench)
  const count = seconds * PER_SECOND
  const traffic = { url: bench.hooks, connections: 20, rate: PER_SECOND, clients: CONVERSATIONS, tag: TAG }
  const arrived = async (messages: number) => (await arrivals.messages()) >= messages
  await post({ ...traffic, requests: CONVERSATIONS })
  await until('the first messages', () => arrived(CONVERSATIONS))
  const { pid } = bench.server.child
  const before = { io: io(pid), cpu: cpuMs(pid) }
  const memory = [rssMb(pid)]
  const looking = setInterval(() => memory.push(rssMb(pid)), LOOK_MS)
  const { p50, p95, p99, others } = await post({ ...traffic, requests: count, from: CONVERSATIONS })
  clearInterval(looking)
  await until('all messages', () => arrived(CONVERSATIONS + count), { patienceMs: 60_000, pauseMs: 100 })
  const after = { io: io(pid), cpu: cpuMs(pid) }
  return {
    bytes: (after.io.bytes - before.io.bytes) / count / 1024,
    calls: (after.io.calls - before.io.calls) / count,
    cpu: (after.cpu - before.cpu) / count,
    webhooks: { p50, p95, p99, others },
    memory: {
      begin: memory[0]!,
      middle: memory[Math.floor(memory.length / 2)]!,
      end: rssMb(pid),
      peak: peakRssMb(pid),
    },
    faults: countFaults(arrivals.comments, {
      talks: CONVERSATIONS,
      messages: 1 + Math.floor(count / CONVERSATIONS),
    }),
  }
}

function rowsOf(seconds: number, found: Awaited<ReturnType<typeof measure>>): Row[] {
  const { bytes, calls, cpu, webhooks, memory, faults } = found
  const wrong = faultWords(faults)
  return [
    {
      topic: 'weight',
      metric: `written to disk per message at ${PER_SECOND} a second, ${round(seconds)} s`,
      measured: `${round(bytes, 1)} KB`,
      target: '<= 20 KB',
      met: bytes <= 20,
    },
    note('weight', 'calls that write, per message', round(calls, 1)),
    note('weight', 'CPU time of the server per message', `${round(cpu, 2)} ms`),
    {
      topic: 'weight',
      metric: 'webhooks meanwhile: p95',
      measured: `${round(webhooks.p95, 1)} ms`,
      target: '<= 20 ms',
      met: webhooks.p95 <= 20,
    },
    note(
      'weight',
      'the same: median, p99, answers other than 200',
      `${round(webhooks.p50, 1)} ms, ${round(webhooks.p99, 1)} ms, ${webhooks.others}`,
    ),
    note(
      'weight',
      'resident memory at the beginning, in the middle, at the end, at most',
      `${round(memory.begin)}, ${round(memory.middle)}, ${round(memory.end)}, ${round(memory.peak)} MB`,
    ),
    { ...note('weight', 'wrong in Planfix', wrong), target: 'none', met: wrong === 'none' },
  ]
}

/** What a process wrote since it began: bytes that reach the disk, and calls. Linux only. */
function io(pid: number | undefined): { bytes: number; calls: number } {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8')
  const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1])
  return { bytes: field('write_bytes'), calls: field('syscw') }
}
