import { EventEmitter } from 'node:events'
import { appPath, getPath, names, setPath, version } from './paths.ts'
import { hasLock, releaseLock, requestLock } from './single-instance.ts'
import { strict } from './strict.ts'
import { loginItems, SYSTEM_NAMES, systemApp } from './system-app.ts'

/** An event whose default can be prevented, as Electron hands it to listeners. */
export function preventable<T extends object>(fields: T = {} as T) {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  }
  return event
}

/**
 * Actions of the windows when the application ends; they register themselves, so that `app` does not depend on them.
 */
interface Windows {
  /** Asks each window to close; false when one refuses. */
  closeAll(): Promise<boolean>
  destroyAll(): void
}
let windows: Windows = { closeAll: async () => true, destroyAll: () => undefined }
export const registerWindows = (ours: Windows): void => {
  windows = ours
}

let ready = false
let announceReady: () => void = () => undefined
const whenReady = new Promise<void>((resolve) => {
  announceReady = resolve
})
/** Only this keeps the process alive while it waits for its tray. */
let lifeline: NodeJS.Timeout | undefined
let ending: 'no' | 'quitting' | 'over' = 'no'
let relaunch: { args?: string[]; execPath?: string } | null = null
const logins = loginItems()

export const isReady = (): boolean => ready
/** Throws, as Electron does, if the application has not started. */
export function mustBeReady(what: string): void {
  if (!ready) throw new Error(`${what} before app is ready`)
}

class App extends EventEmitter {
  readonly commandLine = strict('app.commandLine', {
    appendSwitch: (name: string, value?: string) => void switches.set(name, value ?? ''),
    hasSwitch: (name: string) =>
      switches.has(name) || process.argv.some((one) => one.split('=')[0] === `--${name}`),
    getSwitchValue: (name: string) =>
      switches.get(name) ??
      process.argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ??
      '',
    removeSwitch: (name: string) => void switches.delete(name),
  })
  get isPackaged(): boolean {
    return process.env.STAND_IN_PACKAGED === '1'
  }
  get name(): string {
    return names.app
  }
  set name(name: string) {
    names.app = name
  }
  userAgentFallback = ''
  allowRendererProcessReuse = true

  whenReady = () => whenReady
  isReady = () => ready
  getName = () => names.app
  setName(name: string): void {
    names.app = name
  }
  getVersion = () => version
  getAppPath = () => appPath
  getPath = getPath
  setPath = setPath
  setAppLogsPath(path?: string): void {
    if (path !== undefined) setPath('logs', path)
  }
  getLocale = () => {
    mustBeReady('app.getLocale()')
    return process.env.STAND_IN_LOCALE ?? 'en-US'
  }
  getSystemLocale = () => this.getLocale()
  getPreferredSystemLanguages = () => [this.getLocale()]
  getLocaleCountryCode = () => 'MD'
  requestSingleInstanceLock(data?: object): boolean {
    return requestLock(data ?? null, (second) => {
      // Called when the application is ready, as in Electron.
      void whenReady.then(() =>
        this.emit('second-instance', preventable(), second.argv, second.cwd, second.data),
      )
    })
  }
  hasSingleInstanceLock = hasLock
  releaseSingleInstanceLock = releaseLock
  getLoginItemSettings = () => logins.get()
  setLoginItemSettings = (settings: { openAtLogin?: boolean }) => logins.set(settings)
  enableSandbox(): void {
    if (ready) throw new Error('app.enableSandbox() can only be called before app is ready')
  }
  disableHardwareAcceleration(): void {
    if (ready) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready')
  }
  focus(): void {}
  setBadgeCount = () => false
  setDesktopName(): void {}
  isAccessibilitySupportEnabled = () => false
  setAboutPanelOptions(): void {}
  showAboutPanel(): void {
    mustBeReady('app.showAboutPanel()')
  }
  getGPUFeatureStatus = () => ({})
  getAppMetrics = () => [
    { pid: process.pid, type: 'Browser', memory: { workingSetSize: process.memoryUsage.rss() / 1024 } },
  ]

  quit(): void {
    if (ending !== 'no') return
    ending = 'quitting'
    void this.#quit()
  }
  async #quit(): Promise<void> {
    const before = preventable()
    this.emit('before-quit', before)
    if (before.defaultPrevented || !(await windows.closeAll())) {
      ending = 'no'
      return
    }
    const will = preventable()
    this.emit('will-quit', will)
    if (will.defaultPrevented) {
      ending = 'no'
      return
    }
    this.#over(0)
  }
  exit(code = 0): void {
    windows.destroyAll()
    this.#over(code)
  }
  #over(code: number): void {
    if (ending === 'over') return
    ending = 'over'
    this.emit('quit', preventable(), code)
    clearInterval(lifeline)
    if (relaunch) process.stderr.write(`stand-in: relaunch ${JSON.stringify(relaunch)}\n`)
    ;(process as unknown as { reallyExit(code: number): never }).reallyExit(code)
  }
  relaunch(options: { args?: string[]; execPath?: string } = {}): void {
    relaunch = options
  }
}

const switches = new Map<string, string>()
const raw = Object.assign(new App(), systemApp())
export const app = strict('app', raw, SYSTEM_NAMES)
// The first listener of `quit`, before any of the application (lib/browser/init.ts).
raw.on('quit', (_event, code: number) => void process.emit('exit', code))
// A process that ends itself quits the application (lib/browser/init.ts, "Map process.exit to app.exit").
process.exit = ((code?: number) => {
  if (code !== undefined) process.exitCode = code
  raw.exit(Number(process.exitCode ?? 0))
}) as typeof process.exit

/** The main module was executed to its end; then Electron goes on to `ready`. */
export function codeLoaded(): void {
  if (ending === 'over') return
  lifeline = setInterval(() => undefined, 2 ** 31 - 1)
  setImmediate(() => {
    ready = true
    announceReady()
    raw.emit('will-finish-launching')
    raw.emit('ready', preventable(), {})
  })
}

/** All windows are closed: the application ends unless a listener prevents it. */
export function allWindowsClosed(): void {
  if (ending !== 'no') return
  if (raw.listenerCount('window-all-closed') > 0) raw.emit('window-all-closed')
  else raw.quit()
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Electron quits by itself if the application has no listener for it.
    if (process.listenerCount(signal) === 1) raw.quit()
  })
}
