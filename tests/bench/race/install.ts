import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSION = '5.0.7'
const PATIENCE_MS = 300_000

export type Installed = { version: string } & ({ ok: true; program: string } | { ok: false; why: string })

/**
 * Node-RED from the npm registry, in a folder for temporary files that the next run finds again: it never becomes a
 * package of this project. Without the registry the rest of the race goes on.
 */
export async function installNodeRed(): Promise<Installed> {
  const folder = join(tmpdir(), `bench-node-red-${VERSION}`)
  const program = join(folder, 'node_modules/node-red/red.js')
  if (!existsSync(join(folder, 'complete'))) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const why = await npmInstall(folder, `node-red@${VERSION}`)
    if (why !== null) return { version: VERSION, ok: false, why }
    await mkdir(join(folder, 'complete'))
  }
  return { version: VERSION, ok: true, program }
}

/** Runs no scripts of packages. Null, or why it failed. */
function npmInstall(folder: string, what: string): Promise<string | null> {
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  return new Promise((resolve) => {
    const child = spawn('npm', ['install', '--prefix', folder, ...quiet, what], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
      timeout: PATIENCE_MS,
    })
    let complaints = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaints += chunk.toString()
    })
    child.once('error', ({ message }) => resolve(`npm could not be started: ${message}`))
    child.once('close', (code) => resolve(code === 0 ? null : reasonOf(complaints)))
  })
}

/** npm's own first sentence, without its prefix and the repeated code. */
export function reasonOf(complaints: string): string {
  const sentences = [...complaints.matchAll(/^npm error (?!code |errno )(?:[a-z]+ )?([A-Z].+)$/gm)]
  return `npm could not install it: ${sentences[0]?.[1] ?? 'no answer in time'}`.slice(0, 120)
}
