import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustBeReady } from './app.ts'
import { fetchOwn } from './protocol.ts'
import { StandInError, strict } from './strict.ts'

/** What Electron reports about the computer. Nothing here affects anything outside the test. */

/** Events that each system emits (electron.d.ts, `@platform` of PowerMonitor's events). */
const POWER_EVENTS: Record<string, readonly string[]> = {
  linux: ['suspend', 'resume', 'shutdown'],
  win32: ['suspend', 'resume', 'lock-screen', 'unlock-screen', 'on-ac', 'on-battery', 'speed-limit-change'],
  darwin: [
    ...['suspend', 'resume', 'shutdown', 'lock-screen', 'unlock-screen', 'on-ac', 'on-battery'],
    ...['thermal-state-change', 'speed-limit-change', 'user-did-become-active', 'user-did-resign-active'],
  ],
}

/** Emits nothing that this system does not emit. */
class PowerEvents extends EventEmitter {
  #platform: string
  constructor(platform: string = process.platform) {
    super()
    this.#platform = platform
  }
  override emit(name: string, ...args: unknown[]): boolean {
    const isOurs = name === 'newListener' || name === 'removeListener'
    if (!isOurs && !POWER_EVENTS[this.#platform]?.includes(name))
      throw new StandInError(`powerMonitor's ${name} on ${this.#platform}`)
    return super.emit(name, ...args)
  }
}

/** A test calls `powerMonitor.emit('suspend')`. */
export const powerMonitor = strict(
  'powerMonitor',
  Object.assign(new PowerEvents(), {
    getSystemIdleState: () => 'active',
    getSystemIdleTime: () => 0,
    getCurrentThermalState: () => 'unknown',
    isOnBatteryPower: () => false,
    onBatteryPower: false,
  }),
)

export const shell = strict('shell', {
  async openExternal(url: string): Promise<void> {
    // As in Electron: an address that cannot be parsed is an error.
    new URL(url)
  },
  async openPath(path: string): Promise<string> {
    return existsSync(path) ? '' : 'Failed to open path'
  },
  showItemInFolder(_path: string): void {},
  beep(): void {},
})

/** Every dialog is answered as by pressing Escape; a probe that needs another answer replaces the function. */
export const dialog = strict('dialog', {
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`stand-in: error box: ${title}: ${content}\n`)
  },
  async showMessageBox(
    ...args: { cancelId?: number }[]
  ): Promise<{ response: number; checkboxChecked: boolean }> {
    mustBeReady('dialog module')
    return { response: args.at(-1)?.cancelId ?? 0, checkboxChecked: false }
  },
  showMessageBoxSync(...args: { cancelId?: number }[]): number {
    mustBeReady('dialog module')
    return args.at(-1)?.cancelId ?? 0
  },
  async showOpenDialog(): Promise<{ canceled: boolean; filePaths: string[] }> {
    mustBeReady('dialog module')
    return { canceled: true, filePaths: [] }
  },
  async showSaveDialog(): Promise<{ canceled: boolean; filePath: string }> {
    mustBeReady('dialog module')
    return { canceled: true, filePath: '' }
  },
})

const systemTheme = { dark: process.env.STAND_IN_DARK === '1' }
let themeSource: 'system' | 'light' | 'dark' = 'system'
const theme = new EventEmitter()
Object.defineProperties(theme, {
  shouldUseDarkColors: {
    get: () => (themeSource === 'system' ? systemTheme.dark : themeSource === 'dark'),
  },
  shouldUseDarkColorsForSystemIntegratedUI: { get: () => systemTheme.dark },
  shouldUseHighContrastColors: { value: false },
  shouldUseInvertedColorScheme: { value: false },
  prefersReducedTransparency: { value: false },
  inForcedColorsMode: { value: false },
  themeSource: {
    get: () => themeSource,
    set(value: typeof themeSource) {
      if (!['system', 'light', 'dark'].includes(value)) throw new TypeError(`no theme source: ${value}`)
      if (value === themeSource) return
      themeSource = value
      theme.emit('updated')
    },
  },
})
export const nativeTheme = strict('nativeTheme', theme as EventEmitter & { shouldUseDarkColors: boolean })

const display = {
  id: 1,
  label: 'stand-in',
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1040 },
  size: { width: 1920, height: 1080 },
  workAreaSize: { width: 1920, height: 1040 },
  scaleFactor: 1,
  rotation: 0,
  internal: true,
}
const afterReady =
  <T>(what: string, answer: () => T) =>
  (): T => {
    mustBeReady(what)
    return answer()
  }
export const screen = strict(
  'screen',
  Object.assign(new EventEmitter(), {
    getPrimaryDisplay: afterReady('screen', () => display),
    getAllDisplays: afterReady('screen', () => [display]),
    getDisplayMatching: afterReady('screen', () => display),
    getDisplayNearestPoint: afterReady('screen', () => display),
    getCursorScreenPoint: afterReady('screen', () => ({ x: 0, y: 0 })),
  }),
)

export const net = strict('net', {
  /** Also files and the application's own scheme, as in Electron. */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    mustBeReady('net.fetch')
    const url = input instanceof Request ? input.url : String(input)
    const own = /^(https?|file):/.test(url) ? null : await fetchOwn(new Request(input, init))
    if (own !== null) return own
    if (!url.startsWith('file:')) return fetch(input, init)
    const path = fileURLToPath(url.split(/[?#]/)[0] ?? url)
    const bytes = await readFile(path).catch(() => null)
    if (bytes === null) throw new Error('net::ERR_FILE_NOT_FOUND')
    return new Response(bytes, {
      headers: { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' },
    })
  },
  isOnline: () => true,
  online: true,
})

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** `safeStorage`, `globalShortcut` and others are deliberately not implemented; this one only records. */
let clipped = ''
export const clipboard = strict('clipboard', {
  writeText(text: string): void {
    clipped = text
  },
  readText: () => clipped,
})
