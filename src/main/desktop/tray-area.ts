import { spawn } from 'node:child_process'
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
export async function trayArea(platform: NodeJS.Platform, run: Run = runBriefly): Promise<TrayArea> {
  if (platform !== 'linux') return 'there'
  for (const [command = '', ...args] of ASKING) {
    const said = await run(command, args)
    if (said !== null && /\btrue\b/.test(said)) return 'there'
    if (said !== null && /\bfalse\b/.test(said)) return 'missing'
  }
  return 'unknown'
}

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

/** A panel may come up a while after its programs: it is asked for again before it is called missing. */
const ASK_AT_MS = [0, 3_000, 10_000, 30_000]

export interface TrayWatch {
  /** Nobody would see our tray image. */
  readonly isMissing: boolean
  stop(): void
}

/** Finds out whether the tray image is seen. `missing` is called once, when it is not. */
export function watchTrayArea(options: {
  platform: NodeJS.Platform
  log: Pick<Log, 'info' | 'warn'>
  missing(): void
  run?: Run
  clock?: Clock
}): TrayWatch {
  const { platform, log, missing, run, clock = systemClock } = options
  let isMissing = false
  let stopped = false
  let cancel = () => {}

  async function ask(turn: number): Promise<void> {
    const area = await trayArea(platform, run)
    if (stopped || area === 'there') return
    if (area === 'unknown') return log.info({}, 'nothing on this computer tells whether it shows tray images')
    const wait = (ASK_AT_MS[turn + 1] ?? 0) - ASK_AT_MS[turn]!
    if (turn + 1 < ASK_AT_MS.length) {
      cancel = clock.after(wait, () => void ask(turn + 1))
      return
    }
    isMissing = true
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
