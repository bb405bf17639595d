import { spawn } from 'node:child_process'
import { _electron, type Page } from '@playwright/test'
import { APP, PROBE, type Running, type StartOptions } from './driver.ts'

/** A CI runner has no camera: a page's request must be refused, not fail for lack of a device. */
const CAMERA = ['--use-fake-device-for-media-stream']

/** Electron itself, started by Playwright. */
export async function startElectron(
  executablePath: string,
  { env, args = [] }: StartOptions,
): Promise<Running> {
  const isRoot = process.getuid?.() === 0
  // Electron's own sandbox does not start as root; the checklist asserts what the application asks for.
  const flags = isRoot ? ['--no-sandbox'] : []
  const whole = [...flags, ...CAMERA, '-r', PROBE, APP, ...args]
  const application = await _electron.launch({
    executablePath,
    args: whole,
    env: textsOf(env),
    // Otherwise Playwright adds --no-sandbox on Linux, which the application strips half way.
    chromiumSandbox: !isRoot,
  })
  const child = application.process()
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(String(chunk)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  // On Windows Playwright starts through a shell: that shell is the child.
  const pid = await application.evaluate(() => process.pid)
  return {
    pid,
    evaluate: (run, arg) => application.evaluate(run as never, arg as never),
    windows: async () => application.windows().filter(isShown),
    said: () => said.join(''),
    ended,
    kill: (signal) => void process.kill(pid, signal),
    startAgain: (again) =>
      new Promise((resolve) => {
        const second = spawn(executablePath, [...flags, APP, ...again], { env, stdio: 'ignore' })
        second.once('exit', (code) => resolve(code))
      }),
    async dispose() {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL')
      await ended
    },
  }
}

/** Not that of a slow start either. */
export const isShown = (page: Page): boolean =>
  !page.isClosed() && page.url() !== 'about:blank' && !page.url().startsWith('data:')

const textsOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined))
