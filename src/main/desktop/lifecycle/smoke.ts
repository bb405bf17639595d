import type { App, WebContents } from 'electron'
import { errorMessage } from '../../../shared/node-errors.ts'
import { loadNgrok } from '../../tunnel/ngrok/sdk.ts'
import { isOurs } from '../window/renderer-protocol.ts'

/**
 * `BRIDGE_SMOKE=1`: how a packaged application shows, on an unattended system, that nothing is missing from
 * it. It starts normally; when it is known whether a panel accepts the tray icon and the page shows a heading
 * (so its scripts run and the bridge has answered them), it prints one line
 * `{"event":"ready","version":…,"tray":true,"window":…,"heading":…,"keychain":"works","native":{…}}` and
 * quits in order. `keychain`: else the code of its trouble. It does not add itself to the list of programs
 * started at login.
 */
export function watchSmokeTest(app: Pick<App, 'on' | 'quit' | 'exit' | 'getVersion'>): SmokeTest | null {
  if (!isSmokeTest()) return null
  const failed = (reason: string): void => {
    say({ event: 'failed', reason })
    app.exit(1)
  }
  const late = setTimeout(() => failed('the window did not show its page'), LONGEST_LOAD_MS)
  const loaded = new Promise<WebContents>((resolve) => {
    app.on('web-contents-created', (_event, contents) => {
      contents.on('preload-error', (_preload, _path, error) => failed(`preload: ${error.message}`))
      // Not that of a slow start.
      contents.on('did-finish-load', () => {
        if (isOurs(contents.getURL())) resolve(contents)
      })
    })
  })
  return {
    async begun({ tray, keychain }) {
      const contents = await loaded
      const heading = await headingOf(contents)
      clearTimeout(late)
      const native = await loadNative()
      const seen = { tray: await tray, window: contents.getURL(), heading, keychain }
      say({ event: 'ready', version: app.getVersion(), ...seen, native })
      app.quit()
    },
  }
}

/** This start is a smoke test. */
export const isSmokeTest = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment.BRIDGE_SMOKE === '1'

export interface SmokeTest {
  /** The bridge runs. `tray`: whether a panel accepts tray icons, as soon as it is known. */
  begun(found: { tray: Promise<boolean>; keychain: string }): Promise<void>
}

const LONGEST_LOAD_MS = 60_000
const LOOK_MS = 100

/** Of the page, as soon as it has one: React renders it after the bridge has answered. */
async function headingOf(contents: WebContents): Promise<string> {
  for (;;) {
    const found: unknown = await contents.executeJavaScript(`document.querySelector('h1')?.textContent ?? ''`)
    if (typeof found === 'string' && found.trim() !== '') return found.trim()
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** Each package with machine code, loaded as the bridge loads it; otherwise the error. */
async function loadNative(): Promise<Record<string, string>> {
  const results: Record<string, string> = {}
  const load = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    results[name] = await work().then(
      () => 'loaded',
      (error: unknown) => errorMessage(error).split('\n')[0]!,
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
