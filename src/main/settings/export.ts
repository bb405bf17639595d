import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Configuration } from '../../shared/config.ts'

/**
 * The configuration in the format of the configuration file, without secrets: `webhookSecret` is omitted,
 * keys and tokens are never in it (docs/architecture.md, "Configuration"). Reading it again gives the same
 * configuration.
 */
export function exportable(configuration: Configuration): object {
  return {
    ...configuration,
    connections: configuration.connections.map(({ webhookSecret: _secret, employees, ...connection }) => ({
      ...connection,
      employees: employees.map((employee) => ({
        ...employee,
        planfixUserId: `user:${employee.planfixUserId}`,
      })),
    })),
  }
}

/**
 * Writes the export, readable only for its owner. Returns `exists` instead of overwriting, unless `force`.
 * Throws the disk's errors.
 */
export function writeExport(
  path: string,
  configuration: Configuration,
  force: boolean,
): 'written' | 'exists' {
  const text = `${JSON.stringify(exportable(configuration), null, 2)}\n`
  if (!force) {
    try {
      writeWhole(path, text)
      return 'written'
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return 'exists'
      throw error
    }
  }
  // A new file replaces the old one: it has our mode, and nothing is lost when the disk is full.
  const fresh = `${path}.${process.pid}.new`
  try {
    writeWhole(fresh, text)
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  return 'written'
}

function writeWhole(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
