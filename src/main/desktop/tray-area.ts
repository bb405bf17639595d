import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Log } from '../application/application.ts'
import { systemClock } from '../application/clock.ts'
import type { Clock } from '../engine/ports.ts'

/** `unknown`: there is nothing to ask with. */
export type TrayArea = 'there' | 'missing' | 'unknown'

const WATCHER = 'org.kde.StatusNotifierWatcher'
const BUS = 'org.freedesktop.DBus'
const PATH = '/org/freedesktop/DBus'
/** Programs that ask the session's bus; most desktops have one of them. */
const ASKING: readonly (readonly string[])[] = [
  [
    'gdbus',
    'call',
    '--session',
    '--dest',
    BUS,
    '--object-path',
    PATH,
    '--method',
    `${BUS}.NameHasOwner`,
    WATCHER,
  ],
  ['busctl', '--user', 'call', BUS, PATH, BUS, 'NameHasOwner', 's', WATCHER],
  [
    'dbus-send',
    '--session',
    '--print-reply',
    `--dest=${BUS}`,
    PATH,
    `${BUS}.NameHasOwner`,
    `string:${WATCHER}`,
  ],
]
const LONGEST_MS = 2_000

/** Runs a program; null when there is none, or it did not end well. */
export type Run = (command: string, args: readonly string[]) => Promise<string | null>

/** Whether this desktop shows tray images: on Linux somebody has to take them (StatusNotifier). */
export async function trayArea(
  platform: NodeJS.Platform,
  run: Run = runBriefly,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<TrayArea> {
  if (platform !== 'linux') return 'there'
  if (!hasBus(environment)) return 'missing'
  for (const [command = '', ...args] of ASKING) {
    const said = await run(command, args)
    if (said !== null && /\btrue\b/.test(said)) return 'there'
    if (said !== null && /\bfalse\b/.test(said)) return 'missing'
  }
  return 'unknown'
}

/** Where the session's bus is, by its specification or as systemd places it. */
const hasBus = ({ DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): boolean =>
  Boolean(DBUS_SESSION_BUS_ADDRESS) || (Boolean(XDG_RUNTIME_DIR) && existsSync(`${XDG_RUNTIME_DIR}/bus`))

const runBriefly: Run = (command, args) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: LONGEST_MS })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.on('error', () => resolve(null))
    child.on('close', (code) => resolve(code === 0 ? said : null))
  })

/** A panel may come up a while after its programs: a window that nobody asked for is opened only when none has by then. */
const ASK_AT_MS = [0, 3_000, 10_000, 30_000]

export interface TrayWatch {
  /** Nobody sees our tray image (yet). */
  readonly isMissing: boolean
  stop(): void
}

/** Finds out whether the tray image is seen. `missing` is called once, when it is certain that it is not. */
export function watchTrayArea(options: {
  platform: NodeJS.Platform
  log: Pick<Log, 'info' | 'warn'>
  missing(): void
  run?: Run
  clock?: Clock
  environment?: NodeJS.ProcessEnv
}): TrayWatch {
  const { platform, log, missing, run, clock = systemClock, environment = process.env } = options
  let isMissing = false
  let stopped = false
  let cancel = () => {}

  async function ask(turn: number): Promise<void> {
    const area = await trayArea(platform, run, environment)
    if (stopped) return
    isMissing = area === 'missing'
    if (area === 'unknown') log.info({}, 'nothing on this computer tells whether it shows tray images')
    if (!isMissing) return
    const next = ASK_AT_MS[turn + 1]
    if (next !== undefined && hasBus(environment)) {
      cancel = clock.after(next - ASK_AT_MS[turn]!, () => void ask(turn + 1))
      return
    }
    log.warn({}, 'this desktop shows no tray images (no StatusNotifier): the window is opened instead')
    missing()
  }
  void ask(0)
  return {
    get isMissing() {
      return isMissing
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}
