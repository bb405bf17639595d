import { deserialize, serialize } from 'node:v8'
import { chromiumAddress } from './chromium.ts'
import { electron } from './electron.ts'

interface Question {
  id: number
  /** The text of a function `(electron, arg) => …`, or null for the address where Chromium listens. */
  run: string | null
  arg: string
}

/** Serves the test driver, if it started this process: functions run with `electron`, as Playwright runs them. */
export function serveDriver(): void {
  if (process.send === undefined) return
  process.on('message', async ({ id, run, arg }: Question) => {
    const say = (ok: boolean, value: unknown) =>
      process.send?.({ id, ok, value: serialize(value).toString('base64') }, () => undefined)
    try {
      if (run === null) return void say(true, await chromiumAddress())
      const body = new Function(`return (${run})`)() as (module: unknown, arg: unknown) => unknown
      say(true, await body(electron, deserialize(Buffer.from(arg, 'base64'))))
    } catch (error) {
      say(false, error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  })
  // The connection alone does not keep the application alive.
  process.channel?.unref()
}
