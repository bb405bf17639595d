import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from './cdp.ts'

/** Chromium as Playwright's configuration has it; the browser of all windows of one application. */
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--no-startup-window',
  '--remote-debugging-port=0',
  // No data passes through it: it makes Chromium end when this process ends, in whatever way.
  '--remote-debugging-pipe',
  // Electron decides about new windows by itself, and has no prompt for a camera.
  '--disable-popup-blocking',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--lang=en-US',
  '--force-prefers-reduced-motion',
]

export interface Chromium {
  connection: Connection
  /** For tests that inspect the pages too. */
  address: string
}

let running: Promise<Chromium> | null = null
let child: ChildProcess | null = null
let folder = ''

/** Starts Chromium when the first window needs it. */
export function chromium(): Promise<Chromium> {
  running ??= start()
  return running
}

/** Where Chromium listens; null before the first window. */
export const chromiumAddress = async (): Promise<string | null> => (await running)?.address ?? null

/** Ends Chromium at once and removes its folder; for the end of the process. */
function endChromium(): void {
  if (child === null) return
  try {
    // The whole group: Chromium is many processes.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has exited by itself.
  }
  child = null
  // A process that is ending may still write into it.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 30 })
}

async function start(): Promise<Chromium> {
  const parent = process.env.STAND_IN_FOLDER ?? tmpdir()
  mkdirSync(parent, { recursive: true })
  folder = mkdtempSync(join(parent, 'stand-in-chromium-'))
  child = spawn(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', [...FLAGS, `--user-data-dir=${folder}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  child.unref()
  for (const pipe of child.stdio) (pipe as Socket | null)?.unref()
  process.once('exit', endChromium)
  const address = await addressIn(folder, child)
  const [{ WebSocket }, { Connection }] = await Promise.all([import('ws'), import('./cdp.ts')])
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  const connection = new Connection(socket)
  await refuseNewWindows(connection)
  return { connection, address }
}

/** A link that wants a window of its own: Electron would not create it. It sends no request before it is closed. */
async function refuseNewWindows({ browser, session }: Connection): Promise<void> {
  browser.on('Target.attachedToTarget', ({ sessionId, targetInfo, waitingForDebugger }) => {
    if (!waitingForDebugger) return
    const done = targetInfo.openerId
      ? browser.send('Target.closeTarget', { targetId: targetInfo.targetId })
      : session(sessionId).send('Runtime.runIfWaitingForDebugger')
    done.catch(() => undefined)
  })
  await browser.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
    filter: [{ type: 'page', exclude: false }, { exclude: true }],
  })
}

async function addressIn(dir: string, chromium: ChildProcess): Promise<string> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const lines = await readFile(join(dir, 'DevToolsActivePort'), 'utf8').then(
      (text) => text.split('\n'),
      () => [],
    )
    if (lines[1]) return `ws://127.0.0.1:${lines[0]}${lines[1]}`
    if (chromium.exitCode !== null) throw new Error(`Chromium ended with ${chromium.exitCode}`)
    if (Date.now() > deadline) throw new Error('Chromium does not answer')
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
