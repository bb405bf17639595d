import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Clock } from '../../engine/ports.ts'
import type { Log } from '../../runtime/application.ts'
import { systemClock } from '../../runtime/clock.ts'

/** `unknown`: there is nothing to ask with. */
export type TraySupport = 'there' | 'missing' | 'unknown'

const WATCHER = 'org.kde.StatusNotifierWatcher'
const WATCHER_PATH = '/StatusNotifierWatcher'
const HOST = 'IsStatusNotifierHostRegistered'
const BUS = 'org.freedesktop.DBus'
const PATH = '/org/freedesktop/DBus'
const GET = `${BUS}.Properties.Get`

/** A program that asks the session's bus, with what it is given for each of the two questions. */
interface Asker {
  command: string
  /** Is there a watcher? Asked first: the second question could start one that nobody looks at. */
  owner: readonly string[]
  /** Does a panel show what the watcher holds? */
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

/** Runs a program; null when there is none, or it did not end well. */
export type Run = (command: string, args: readonly string[]) => Promise<string | null>

/**
 * Whether this desktop shows tray images. On Linux Chromium asks two things (status_icon_linux_dbus.cc): is there a
 * StatusNotifierWatcher, and has a panel registered with it. The same is asked here.
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

/** A panel may come up a while after the programs that are started at login. */
const OFTEN_MS = 500
const OFTEN_UNTIL_MS = 5_000
const SELDOM_MS = 3_000
/** Nobody waits any longer for a panel: the window is opened. */
const PATIENCE_MS = 30_000
/** An extension that brings tray images may be switched on at any time. */
const RARELY_MS = 60_000

export interface TrayWatch {
  /** What the owner is told: nobody shows the tray image, or perhaps nobody; null = nothing. */
  readonly trouble: 'missing' | 'unsure' | null
  /** Resolves with whether the image is shown, as soon as that is known. */
  readonly decided: Promise<boolean>
  stop(): void
}

/**
 * Finds out when the tray image can be made. On Linux Electron decides once for each image, when it is made, how to show it,
 * and one that is made before the panel is there stays invisible for ever (tray_icon_linux.cc,
 * OnImplInitializationFailed): so it is made when a panel takes it. `make` is called once at most; `missing` once, when no
 * panel has come within 30 s. On X11 the image is made then all the same: older panels show it (XEmbed).
 */
export function watchTraySupport(options: {
  platform: NodeJS.Platform
  log: Pick<Log, 'info' | 'warn'>
  make(): void
  missing(): void
  /** The first answer, where it was asked for earlier: while the system still starts the program. */
  first?: Promise<TraySupport>
  run?: Run
  clock?: Clock
  environment?: NodeJS.ProcessEnv
}): TrayWatch {
  const { platform, log, make, missing, run, clock = systemClock, environment = process.env } = options
  const { promise: decided, resolve: decide } = Promise.withResolvers<boolean>()
  const begunAt = clock.now()
  let trouble: TrayWatch['trouble'] = null
  let isTold = false
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
      if (!isTold) {
        isTold = true
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

/** Panels of X11 may show images by XEmbed. GNOME's never do, and Electron takes GTK 4 there, which has no such images. */
function mayEmbed({ DISPLAY, WAYLAND_DISPLAY, XDG_SESSION_TYPE, XDG_CURRENT_DESKTOP }: NodeJS.ProcessEnv) {
  const isX11 = XDG_SESSION_TYPE === 'x11' || (Boolean(DISPLAY) && !WAYLAND_DISPLAY)
  return isX11 && XDG_SESSION_TYPE !== 'wayland' && !/gnome|unity/i.test(XDG_CURRENT_DESKTOP ?? '')
}
