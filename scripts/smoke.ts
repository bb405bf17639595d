import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ROOT } from './build.ts'
import { applicationIn } from './packaged-app.ts'

/**
 * `node scripts/smoke.ts [FOLDER]`: starts the packaged application (default: the one in dist/) with an empty
 * data folder. Exit code 0 when its tray and its window appeared, its native packages were loaded, and it
 * exited with 0.
 */
const LONGEST_MS = 120_000

export interface Smoke {
  /** The line it printed; null when there was none. */
  ready: {
    event: string
    version: string
    tray: boolean
    window: string
    heading: string
    /** `works`, or the code of its trouble. */
    keychain: string
    native: Record<string, string>
  } | null
  code: number | null
  said: string
}

/** Starts a program with BRIDGE_SMOKE and waits for its exit; kills it after the time limit. */
export async function smoke(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Smoke> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-smoke-'))
  try {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, BRIDGE_SMOKE: '1', BRIDGE_DATA_DIR: folder, ...env },
    })
    let output = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      said += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
    const code = await new Promise<number | null>((done) => {
      child.on('error', (error) => {
        said += error.message
        done(null)
      })
      child.on('close', done)
    })
    clearTimeout(timer)
    const line = output.split('\n').find((one) => one.startsWith('{"event":'))
    return { ready: line === undefined ? null : JSON.parse(line), code, said }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** The problems found by a smoke test; empty when there are none. */
export function smokeProblems(
  { ready, code }: Smoke,
  platform: NodeJS.Platform = process.platform,
  { isWholeDesktop = platform !== 'linux' }: { isWholeDesktop?: boolean } = {},
): string[] {
  if (ready?.event !== 'ready') return [`it did not say that it is ready, and ended with ${code}`]
  // Windows and macOS always have a keychain and a tray; on Linux only a desktop does.
  return [
    ...(ready.heading === '' ? ['its page shows nothing'] : []),
    ...(isWholeDesktop && !ready.tray ? ['its tray icon has nowhere to be'] : []),
    ...(isWholeDesktop && ready.keychain !== 'works' ? [`the keychain: ${ready.keychain}`] : []),
    ...Object.entries(ready.native)
      .filter(([, result]) => result !== 'loaded')
      .map(([name, result]) => `${name}: ${result}`),
    ...(code === 0 ? [] : [`it ended with ${code}`]),
  ]
}

if (import.meta.main) {
  const out = resolve(ROOT, process.argv[2] ?? 'dist')
  const folders = existsSync(out) ? [out, ...readdirSync(out).map((name) => join(out, name))] : []
  const found = folders
    .filter((folder) => /(-unpacked|mac|mac-arm64)$/.test(folder))
    .map((folder) => applicationIn(folder))
    .find((application) => application !== null)
  if (found === undefined) {
    process.stderr.write(`There is no packaged application in ${out}: npm run package -- --dir makes one.\n`)
    process.exit(1)
  }
  const program = found.program.endsWith('.app')
    ? join(found.program, 'Contents/MacOS/Chatra-Planfix Bridge')
    : found.program
  const result = await smoke(program, [])
  const problems = smokeProblems(result)
  process.stdout.write(`${result.said}\n`)
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.stdout.write(
    problems.length === 0 ? 'The packaged application starts and ends as it should.\n' : '',
  )
  process.exitCode = problems.length === 0 ? 0 : 1
}
