import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'out')
const STAMP = join(OUT, '.built-from')
const LOCK = join(OUT, '.building')
const BUILDER = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js')

/** The Node that the product runs on: this one when it is new enough, else the one installed by npm. */
export const NODE =
  Number(process.versions.node.split('.')[0]) >= 24
    ? process.execPath
    : join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')

/**
 * Builds what is missing or older than its sources; silent unless it fails, then it prints the builder's
 * output and exits with 1.
 */
export function buildWhatIsStale(): void {
  if (isFresh()) return
  // Without the builder (an installation without development packages) the existing build is used.
  if (!existsSync(BUILDER) && existsSync(join(OUT, 'main/server.js'))) return
  mkdirSync(OUT, { recursive: true })
  const release = lock()
  try {
    if (isFresh()) return
    rmSync(STAMP, { force: true })
    const before = fingerprint()
    const build = spawnSync(
      NODE,
      [BUILDER, 'build', '--config', 'electron.config.ts', '--logLevel', 'warn'],
      {
        cwd: ROOT,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
    )
    if (build.status !== 0) {
      process.stderr.write(`${build.stdout ?? ''}${build.stderr ?? ''}\nThe build failed.\n`)
      release()
      process.exit(1)
    }
    writeFileSync(STAMP, before)
  } finally {
    release()
  }
}

const isFresh = (): boolean => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()

/** Names, times and sizes of all inputs of the build: a deleted or older file counts as a change too. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const others = [
    ...['electron.config.ts', 'scripts/native-modules.ts', 'scripts/licences.ts', 'scripts/small-memory.ts'],
    'package-lock.json',
    ...['tsconfig.json', 'tsconfig.node.json', 'tsconfig.web.json'],
  ].map((name) => join(ROOT, name))
  for (const file of [...sources, ...others].sort()) {
    const { mtimeMs, size } = statSync(file)
    hash.update(`${relative(ROOT, file)} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

/** `serve` and `bridge` may be started at the same moment: one builds, the other waits. */
function lock(): () => void {
  const until = Date.now() + 120_000
  for (;;) {
    try {
      mkdirSync(LOCK)
      writeFileSync(join(LOCK, 'pid'), String(process.pid))
      return () => rmSync(LOCK, { recursive: true, force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      if (isAbandoned() || Date.now() > until) rmSync(LOCK, { recursive: true, force: true })
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
}

function isAbandoned(): boolean {
  try {
    const pid = Number(readFileSync(join(LOCK, 'pid'), 'utf8'))
    if (pid > 0) process.kill(pid, 0)
    return false
  } catch (error) {
    // ESRCH: no such process. A lock without a number is just being created.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
