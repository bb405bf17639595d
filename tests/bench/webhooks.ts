import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from '../crash/processes.ts'
import { startBench } from './bench-server.ts'
import type { LoadOptions, LoadReport } from './load.ts'
import { median, type Row, round } from './measure.ts'

const BURST = { connections: 64, requests: 10_000, rate: null, clients: 500 }

/** (b) Webhooks stored and answered, compared with the minimum that a Node program must do, in the same run. */
export async function webhookRows(rounds: number): Promise<Row[]> {
  const steady = await receiver({ connections: 20, requests: 1500, rate: 100, clients: 50 })
  const peaks: LoadReport[] = []
  const each: number[] = []
  const grouped: number[] = []
  for (let n = 0; n < rounds; n++) {
    each.push((await bare('each')).perSecond)
    grouped.push((await bare('grouped')).perSecond)
    peaks.push(await receiver(BURST))
  }
  const peak = median(peaks.map((one) => one.perSecond))
  const others = peaks.reduce((sum, one) => sum + one.others, steady.others)
  const figure = (metric: string, measured: string): Row => ({
    topic: 'webhooks',
    metric,
    measured,
    target: null,
    met: null,
  })
  return [
    {
      topic: 'webhooks',
      metric: 'stored and answered at 100 a second: p95',
      measured: `${round(steady.p95, 2)} ms`,
      target: '<= 5 ms',
      met: steady.p95 <= 5,
    },
    figure('the same: median and p99', `${round(steady.p50, 2)} and ${round(steady.p99, 2)} ms`),
    {
      topic: 'webhooks',
      metric: `stored and answered in a burst of ${round(BURST.requests)}`,
      measured: `${round(peak)}/s`,
      target: '>= 5,000/s',
      met: peak >= 5000,
    },
    figure('the same: p95', `${round(median(peaks.map((one) => one.p95)), 1)} ms`),
    figure('answers other than 200', String(others)),
    figure('bare Node and SQLite, a commit for each', `${round(median(each))}/s`),
    figure('bare Node and SQLite, commits grouped', `${round(median(grouped))}/s`),
  ]
}

async function receiver(options: Omit<LoadOptions, 'url' | 'tag'>): Promise<LoadReport> {
  const bench = await startBench()
  try {
    // Code compiled during the first requests is not part of the figure.
    await post({ url: bench.hooks, connections: 8, requests: 400, rate: 400, clients: 20, tag: 'warm' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    return await post({ ...options, url: bench.hooks, tag: 'run' })
  } finally {
    await bench.end()
  }
}

async function bare(mode: 'each' | 'grouped'): Promise<LoadReport> {
  const dir = await mkdtemp(join(tmpdir(), 'bare-'))
  const server = await startProgram<{ url: string }>([join(import.meta.dirname, 'bare-server.ts'), mode, dir])
  try {
    await post({ url: server.ready.url, ...BURST, requests: 500, tag: 'warm' })
    return await post({ url: server.ready.url, ...BURST, tag: 'run' })
  } finally {
    await server.end()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Posts webhooks from a program of its own. */
export function post(options: LoadOptions): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'load.ts')
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    child.once('exit', (code) =>
      code === 0
        ? resolve(JSON.parse(told) as LoadReport)
        : reject(new Error(`the load generator ended with ${code}`)),
    )
  })
}
