import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { errorCode } from '../../shared/node-errors.ts'

/**
 * The secret that a variable stands for: its own value; else the content of the file that `<VARIABLE>_FILE` names; else
 * that of the file `<VARIABLE>` in systemd's credentials folder. Null when there is none, or it cannot be read.
 * Read at each call, so that a changed file counts after a reload.
 */
export function secretFrom(environment: NodeJS.ProcessEnv, variable: string): string | null {
  const own = environment[variable]?.trim()
  if (own) return own
  const named = environment[`${variable}_FILE`]?.trim()
  if (named) return contentOf(named)
  const folder = environment.CREDENTIALS_DIRECTORY
  return folder && isAbsolute(folder) ? contentOf(join(folder, variable)) : null
}

/** Files that `BRIDGE_…_FILE` names and that cannot be read; a line each. */
export function secretFileProblems(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, path]) => {
    if (!/^BRIDGE_\w+_FILE$/.test(name) || !path?.trim()) return []
    try {
      readFileSync(path.trim())
      return []
    } catch (error) {
      return [`${name}: ${path.trim()} cannot be read (${errorCode(error) || 'unknown reason'})`]
    }
  })
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null
  } catch {
    return null
  }
}
