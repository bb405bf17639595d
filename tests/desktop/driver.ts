import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type * as Electron from 'electron'
import { ROOT } from '../../scripts/build.ts'
import { programOf } from '../../scripts/electron.ts'
import { startElectron } from './driver-electron.ts'
import { startStandIn } from './driver-fake-electron.ts'

/** The built desktop application, running: in Electron if its binary exists, else in the stand-in. */
export interface Running {
  readonly pid: number
  /** Runs in the main process, with the module `electron` as it is there; values come in through `arg`. */
  evaluate<R, A = void>(run: (electron: typeof Electron, arg: A) => R | Promise<R>, arg?: A): Promise<R>
  /** The pages of the windows that are open and visible. */
  windows(): Promise<Page[]>
  /** Its output on standard output and standard error. */
  said(): string
  /** Resolves with the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
  /** Another start with the same folders; resolves with its exit code. */
  startAgain(args: readonly string[]): Promise<number | null>
  /** Ends all remaining processes. */
  dispose(): Promise<void>
}

export interface StartOptions {
  env: NodeJS.ProcessEnv
  args?: readonly string[]
}

export const PROBE = join(import.meta.dirname, 'ipc-probe.cjs')
/** The program that Electron starts; a copy can be named, as for the other tests. */
export const APP = process.env.BRIDGE_APP ?? ROOT

/**
 * Electron's own program: `ELECTRON_EXEC_PATH`, or the one that the package has downloaded; null when there is none,
 * which `BRIDGE_DESKTOP=electron` forbids.
 */
export const electronBinary: string | null = findElectron()
export const runsOn =
  electronBinary === null ? 'stand-in (no Electron binary)' : `Electron (${electronBinary})`

export const start = (options: StartOptions): Promise<Running> =>
  electronBinary === null ? startStandIn(options) : startElectron(electronBinary, options)

function findElectron(): string | null {
  const found = programOf(process.env)
  if (found !== null && typeof found !== 'string') throw new Error(found.why)
  // Where Electron must be tested, a missing binary is no reason to test the stand-in.
  if (found === null && process.env.BRIDGE_DESKTOP === 'electron')
    throw new Error(
      'BRIDGE_DESKTOP=electron, and there is no Electron (node node_modules/electron/install.js fetches it)',
    )
  return found
}
