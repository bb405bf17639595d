import { realpathSync } from 'node:fs'

/**
 * The AppImage that this program runs from; null = none. The runtime of an AppImage sets APPIMAGE (its own
 * file) and APPDIR (where it is unpacked), and child processes inherit both: they are ours when our program
 * is inside APPDIR.
 */
export function appImageOf(
  { APPIMAGE, APPDIR }: NodeJS.ProcessEnv = process.env,
  program: string = process.execPath,
): string | null {
  if (!APPIMAGE || !APPDIR) return null
  return [APPDIR, realOf(APPDIR)].some((folder) => program.startsWith(`${folder}/`)) ? APPIMAGE : null
}

/** The program's own path contains no links any more. */
function realOf(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}
