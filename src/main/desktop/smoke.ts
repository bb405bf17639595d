import type { App } from 'electron'
import { loadNgrok } from '../tunnel/ngrok/sdk.ts'

/**
 * `BRIDGE_SMOKE=1`: how a packaged application shows, on a system nobody sits at, that nothing is missing from it. It starts
 * as always; when the tray is there and the window has loaded its page, it prints one line
 * `{"event":"ready","version":…,"tray":true,"window":…,"native":{…}}` and quits in order. It does not
 * enter itself in the list of programs started at login.
 */
export function watchSmokeTest(app: Pick<App, 'on' | 'quit' | 'exit' | 'getVersion'>): SmokeTest | null {
  if (!isSmokeTest()) return null
  const failed = (reason: string): void => {
    say({ event: 'failed', reason })
    app.exit(1)
  }
  const late = setTimeout(() => failed('the window did not load its page'), LONGEST_LOAD_MS)
  const loaded = new Promise<string>((resolve) => {
    app.on('web-contents-created', (_event, contents) => {
      contents.on('preload-error', (_preload, _path, error) => failed(`preload: ${error.message}`))
      contents.once('did-finish-load', () => resolve(contents.getURL()))
    })
  })
  return {
    async begun(tray) {
      const window = await loaded
      clearTimeout(late)
      const native = await loadNative()
      say({ event: 'ready', version: app.getVersion(), tray: await tray, window, native })
      app.quit()
    },
  }
}

/** This start is a smoke test. */
export const isSmokeTest = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment.BRIDGE_SMOKE === '1'

export interface SmokeTest {
  /** The bridge runs. `tray`: whether somebody takes tray images here, as soon as it is known. */
  begun(tray: Promise<boolean>): Promise<void>
}

const LONGEST_LOAD_MS = 60_000

/** Each package with machine code, loaded as the bridge loads it; what went wrong otherwise. */
async function loadNative(): Promise<Record<string, string>> {
  const results: Record<string, string> = {}
  const load = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    results[name] = await work().then(
      () => 'loaded',
      (error: unknown) => (error instanceof Error ? error.message.split('\n')[0]! : String(error)),
    )
  }
  await load('better-sqlite3', async () => {
    const { default: Database } = await import('better-sqlite3')
    new Database(':memory:').close()
  })
  await load('keytar', () => import('keytar'))
  await load('@ngrok/ngrok', loadNgrok)
  return results
}

const say = (line: Record<string, unknown>): boolean => process.stdout.write(`${JSON.stringify(line)}\n`)
