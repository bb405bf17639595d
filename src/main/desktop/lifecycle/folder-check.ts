import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Why files cannot be written in a folder, which is created when missing; null = they can. */
export function folderProblem(folder: string): Error | null {
  const file = join(folder, `.tried-${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true })
    // A full disk accepts an empty file.
    writeFileSync(file, 'tried')
    rmSync(file)
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
