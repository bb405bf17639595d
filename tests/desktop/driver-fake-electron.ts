import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { type Browser, chromium } from '@playwright/test'
import { NODE } from '../../scripts/build.ts'
import { APP, PROBE, type Running, type StartOptions } from './driver.ts'
import { isShown } from './driver-electron.ts'
import { standIn } from './fake-electron/compile.ts'

interface Answer {
  id: number
  ok: boolean
  value: string
}

/** The built main process under Node, its windows in Chromium. */
export async function startStandIn({ env, args = [] }: StartOptions): Promise<Running> {
  const command = (more: readonly string[]) => [...standIn, join(APP, 'out/main/desktop.js'), ...more]
  const whole = { ...env, STAND_IN_APP: APP }
  const child = spawn(NODE, command(args), {
    cwd: APP,
    env: { ...whole, STAND_IN_REQUIRE: PROBE },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(String(chunk)))

  const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>()
  let next = 1
  child.on('message', ({ id, ok, value }: Answer) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    const result = deserialize(Buffer.from(value, 'base64'))
    if (ok) asked?.resolve(result)
    else asked?.reject(new Error(`in the main process: ${result}`))
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      for (const { reject } of waiting.values())
        reject(new Error(`the application has ended\n${said.join('')}`))
      waiting.clear()
      resolve(code)
    })
  })
  const ask = (run: string | null, arg: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const id = next++
      waiting.set(id, { resolve, reject })
      child.send({ id, run, arg: serialize(arg).toString('base64') }, (error) => {
        if (error) reject(error)
      })
    })

  let browser: Browser | null = null
  return {
    pid: child.pid ?? 0,
    evaluate: (run, arg) => ask(String(run), arg) as never,
    async windows() {
      if (browser === null) {
        const address = (await ask(null, undefined)) as string | null
        if (address === null) return []
        browser = await chromium.connectOverCDP(address)
      }
      return browser.contexts().flatMap((context) => context.pages().filter(isShown))
    },
    said: () => said.join(''),
    ended,
    kill: (signal) => void child.kill(signal),
    startAgain: (again) =>
      new Promise((resolve) => {
        const second = spawn(NODE, command(again), { cwd: APP, env: whole, stdio: 'ignore' })
        second.once('exit', (code) => resolve(code))
      }),
    async dispose() {
      await browser?.close().catch(() => undefined)
      const isRunning = () => child.exitCode === null && child.signalCode === null
      if (isRunning()) ask('({ app }) => app.exit(0)', undefined).catch(() => undefined)
      // A hanging application does not answer either.
      const tooLong = setTimeout(() => void (isRunning() && child.kill('SIGKILL')), 3000)
      await ended
      clearTimeout(tooLong)
    },
  }
}
