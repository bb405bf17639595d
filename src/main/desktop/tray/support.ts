import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Clock } from '../../engine/ports.ts'
import { systemClock } from '../../process/clock.ts'
import type { Log } from '../../runtime/application.ts'

/** `unknown`: there is no program to query the bus. */
export type TraySupport = 'there' | 'missing' | 'unknown'

const WATCHER = 'org.kde.StatusNotifierWatcher'
const WATCHER_PATH = '/StatusNotifierWatcher'
const HOST = 'IsStatusNotifierHostRegistered'
const BUS = 'org.freedesktop.DBus'
const PATH = '/org/freedesktop/DBus'
const GET = `${BUS}.Properties.Get`

/** A program that queries the session bus, with its arguments for each of the two queries. */
interface Asker {
  command: string
  /** Is there a watcher? Asked first: the second query could start one without a panel. */
  owner: readonly string[]
  /** Does a panel show the watcher's icons? */
  host: readonly string[]
}
const gdbus = (dest: string, path: string, method: string, ...args: string[]) => [
  ...['call', '--session', '--dest', dest, '--object-path', path, '--method', method],
  ...args,
]
const dbusSend = (dest: string, path: string, method: string, ...args: string[]) => [
  ...['--session', '--print-reply', `--dest=${dest}`, path, method],
  ...args.map((arg) => `string:${arg}`),
]
/** Most desktops have one of them. */
const ASKERS: readonly Asker[] = [
  {
    command: 'gdbus',
    owner: gdbus(BUS, PATH, `${BUS}.NameHasOwner`, WATCHER),
    host: gdbus(WATCHER, WATCHER_PATH, GET, WATCHER, HOST),
  },
  {
    command: 'busctl',
    owner: ['--user', 'call', BUS, PATH, BUS, 'NameHasOwner', 's', WATCHER],
    host: ['--user', 'get-property', WATCHER, WATCHER_PATH, WATCHER, HOST],
  },
  {
    command: 'dbus-send',
    owner: dbusSend(BUS, PATH, `${BUS}.NameHasOwner`, WATCHER),
    host: dbusSend(WATCHER, WATCHER_PATH, GET, WATCHER, HOST),
  },
]
const LONGEST_MS = 2_000

/** Runs a program; null when there is none, or it failed. */
export type Run = (command: string, args: readonly string[]) => Promise<string | null>

/**
 * Whether this desktop shows tray icons. On Linux Chromium makes two queries (status_icon_linux_dbus.cc): is
 * there a StatusNotifierWatcher, and has a panel registered with it. This makes the same queries.
 */
export async function traySupport(
  platform: NodeJS.Platform,
  run: Run = runBriefly,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<TraySupport> {
  if (platform !== 'linux') return 'there'
  if (!hasBus(environment)) return 'missing'
  for (const { command, owner, host } of ASKERS) {
    const isOwned = truthIn(await run(command, owner))
    if (isOwned === null) continue
    return isOwned && truthIn(await run(command, host)) === true ? 'there' : 'missing'
  }
  return 'unknown'
}

function truthIn(said: string | null): boolean | null {
  const found = /\b(true|false)\b/.exec(said ?? '')
  return found === null ? null : found[1] === 'true'
}

/** The address of the session bus, by its specification or systemd's default. */
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

/** A panel may start a while after the programs that start at login. */
const OFTEN_MS = 500
const OFTEN_UNTIL_MS = 5_000
const SELDOM_MS = 3_000
/** Time limit for a panel: after it the window is opened. */
const PATIENCE_MS = 30_000
/** An extension that shows tray icons may be enabled at any time. */
const RARELY_MS = 60_000

export interface TrayWatch {
  /** The owner's notice: no panel shows the tray icon, or perhaps none; null = no notice. */
  readonly trouble: 'missing' | 'unsure' | null
  /** Resolves with whether the icon is shown, as soon as that is known. */
  readonly decided: Promise<boolean>
  stop(): void
}

/**
 * Finds out when the tray icon can be created. On Linux Electron decides for each icon, when it is created,
 * how to show it, and an icon created before the panel exists stays invisible (tray_icon_linux.cc,
 * OnImplInitializationFailed): so it is created when a panel accepts icons. `make` is called at most once;
 * `missing` once, when no panel has appeared within 30 s. On X11 the icon is created then anyway: older
 * panels show it (XEmbed).
 */
export function watchTraySupport(options: {
  platform: NodeJS.Platform
  log: Pick<Log, 'info' | 'warn'>
  make(): void
  missing(): void
  /** The first answer, when it was requested earlier: while the system still starts the program. */
  first?: Promise<TraySupport>
  run?: Run
  clock?: Clock
  environment?: NodeJS.ProcessEnv
}): TrayWatch {
  const { platform, log, make, missing, run, clock = systemClock, environment = process.env } = options
  const { promise: decided, resolve: decide } = Promise.withResolvers<boolean>()
  const begunAt = clock.now()
  let trouble: TrayWatch['trouble'] = null
  let isReported = false
  let stopped = false
  let cancel = () => {}

  function made(sure: boolean): void {
    trouble = sure ? null : 'unsure'
    decide(sure)
    make()
  }

  async function ask(first?: Promise<TraySupport>): Promise<void> {
    const area = await (first ?? traySupport(platform, run, environment))
    if (stopped) return
    const passed = clock.now() - begunAt
    if (area === 'there') return made(true)
    if (area === 'unknown' && passed >= OFTEN_UNTIL_MS) {
      log.info({}, 'nothing on this computer tells whether it shows tray images')
      return made(true)
    }
    const isHopeless = !hasBus(environment)
    if (area === 'missing') trouble = 'missing'
    if (isHopeless || passed >= PATIENCE_MS) {
      if (!isReported) {
        isReported = true
        log.warn({}, 'this desktop shows no tray images (no StatusNotifier): the window is opened instead')
        if (mayEmbed(environment)) made(false)
        decide(false)
        missing()
      }
      if (isHopeless || trouble === 'unsure') return
    }
    cancel = clock.after(waitAfter(passed), () => void ask())
  }
  if (platform === 'linux') void ask(options.first)
  else made(true)
  return {
    get trouble() {
      return trouble
    },
    decided,
    stop() {
      stopped = true
      cancel()
    },
  }
}

function waitAfter(passed: number): number {
  if (passed < OFTEN_UNTIL_MS) return OFTEN_MS
  return passed < PATIENCE_MS ? Math.min(SELDOM_MS, PATIENCE_MS - passed) : RARELY_MS
}

/**
 * X11 panels may show icons by XEmbed. GNOME's never do, and Electron uses GTK 4 there, which has no such
 * icons.
 */
function mayEmbed({ DISPLAY, WAYLAND_DISPLAY, XDG_SESSION_TYPE, XDG_CURRENT_DESKTOP }: NodeJS.ProcessEnv) {
  const isX11 = XDG_SESSION_TYPE === 'x11' || (Boolean(DISPLAY) && !WAYLAND_DISPLAY)
  return isX11 && XDG_SESSION_TYPE !== 'wayland' && !/gnome|unity/i.test(XDG_CURRENT_DESKTOP ?? '')
}
