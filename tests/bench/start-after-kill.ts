import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NODE, ROOT } from '../../scripts/build.ts'
import { fillStore } from './stored.ts'

/**
 * How long after its start a killed bridge listens again, with this many stored messages (argument; 1,000,000), and
 * how long the check of the file then takes beside the work. Second argument: a filled data folder, else one is made
 * and removed. Uses the built program as `npm run serve` starts it. Prints milliseconds.
 */
const count = Number(process.argv[2] ?? 1_000_000)
const given = process.argv[3]
const dir = given ?? mkdtempSync(join(tmpdir(), 'start-'))
if (!existsSync(join(dir, 'bridge.sqlite'))) await fillStore(dir, count)
const config = join(dir, 'config.json')
writeFileSync(config, '{}')

/** Starts the server; milliseconds from the start of the process until the receiver answers. */
async function start(): Promise<{ ms: number; kill: () => Promise<void> }> {
  const begun = performance.now()
  const args = ['out/main/server.js', '--data-dir', dir, '--config', config]
  const child = spawn(NODE, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] })
  const hooks = await new Promise<string>((resolve) => {
    let out = ''
    child.stdout.on('data', (data) => {
      out += data
      if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))).hooks)
    })
  })
  await fetch(`${new URL(hooks).origin}/healthz`)
  const ms = Math.round(performance.now() - begun)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    ms,
    kill: () => {
      child.kill('SIGKILL')
      return gone
    },
  }
}

const first = await start()
await first.kill()
const times: number[] = []
for (let n = 0; n < 5; n++) {
  const again = await start()
  times.push(again.ms)
  await again.kill()
}
console.log(JSON.stringify({ messages: count, afterKillMs: times.sort((a, b) => a - b) }))
if (given === undefined) rmSync(dir, { recursive: true })
