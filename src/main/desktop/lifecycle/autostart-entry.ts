import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LoginList } from './login-list.ts'

const NAME = 'chatra-planfix-bridge.desktop'

/**
 * Start at login on Linux: a file in the autostart folder (XDG Desktop Application Autostart Specification).
 * Desktops switch an entry off by `Hidden=true` or their own key, which is respected. An entry with an old
 * path is rewritten.
 */
export function autostartEntry(options: {
  program: string
  args: readonly string[]
  environment: NodeJS.ProcessEnv
}): LoginList {
  const { program, args, environment } = options
  const folder = environment.XDG_CONFIG_HOME?.startsWith('/')
    ? environment.XDG_CONFIG_HOME
    : join(environment.HOME ?? homedir(), '.config')
  const path = join(folder, 'autostart', NAME)
  // Desktops ignore an entry whose program no longer exists, as after `apt remove`.
  const starts = [`TryExec=${program.replaceAll('\\', '\\\\')}`, `Exec=${execLine([program, ...args])}`]
  return {
    read() {
      const lines = linesOf(path)
      if (lines === null) return 'absent'
      if (lines.some((line) => SWITCHED_OFF.test(line))) return 'off'
      return starts.every((line) => lines.includes(line)) ? 'on' : 'absent'
    },
    write(wanted) {
      if (!wanted) return rmSync(path, { force: true })
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const whole = `${path}.${process.pid}`
      writeFileSync(whole, `${[...HEAD, ...starts, ...TAIL].join('\n')}\n`)
      renameSync(whole, path)
    },
  }
}

const HEAD = [
  '[Desktop Entry]',
  'Type=Application',
  'Version=1.0',
  'Name=Chatra–Planfix Bridge',
  'Comment=Carries website chats into Planfix',
]
const TAIL = ['Icon=chatra-planfix-bridge', 'Terminal=false', 'X-GNOME-Autostart-enabled=true']

const SWITCHED_OFF = /^\s*(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/i

function linesOf(path: string): string[] | null {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/**
 * The value of `Exec`: each argument in quotes, `"`, `` ` ``, `$` and `\` escaped with a backslash, `%`
 * doubled; then each backslash once more, as in every value of such a file (Desktop Entry Specification, "The
 * Exec key").
 */
export const execLine = (words: readonly string[]): string =>
  words
    .map((word) => `"${word.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`)
    .join(' ')
    .replaceAll('\\', '\\\\')
