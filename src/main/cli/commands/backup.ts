import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCode, errorMessage } from '../../../shared/node-errors.ts'
import { runWorkerTask } from '../../store/backup/worker-tasks.ts'
import { storeMissing } from '../../store/errors.ts'
import { filesOf, syncFolder } from '../../store/files.ts'
import { BACKUP_PREFIX, SETTINGS, STORE } from '../backup-folder.ts'
import { complain, print } from '../output.ts'

/**
 * `backup DIR`: a new folder below DIR with a verified copy of the data file, and the settings file. 0 when it is
 * on the disk, 1 with the reason when it is not; then nothing is left in DIR. Throws StoreError `missing`.
 */
export async function backup(options: {
  folder: string
  dataDir: string
  config: string | undefined
  now?: number
}): Promise<number> {
  const { dataDir, now = Date.now() } = options
  const { store } = filesOf(dataDir)
  if (!existsSync(store)) throw storeMissing(dataDir)
  const folder = resolve(options.folder)
  const stamp = new Date(now).toISOString().replaceAll(':', '-').replace('.', '-')
  const made = join(folder, `${BACKUP_PREFIX}${stamp}`)
  const unfinished = `${made}.unfinished`
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o700 })
    const outcome = await runWorkerTask({ errand: 'copy', from: store, to: join(unfinished, STORE), at: now })
    if (!outcome.ok) return gaveUp(unfinished, `the copy is not sound (${outcome.detail})`)
    const settings = options.config === undefined ? join(dataDir, 'config.json') : resolve(options.config)
    if (existsSync(settings)) copyFileSync(settings, join(unfinished, SETTINGS))
    syncFolder(unfinished)
    renameSync(unfinished, made)
    syncFolder(folder)
  } catch (error) {
    return gaveUp(unfinished, errorCode(error) || errorMessage(error))
  }
  const megabytes = (statSync(join(made, STORE)).size / 1_000_000).toFixed(1)
  await print(`${made}: ${megabytes} MB, read completely and sound. Keys and tokens are not in it.\n`)
  return 0
}

function gaveUp(unfinished: string, reason: string): number {
  rmSync(unfinished, { recursive: true, force: true })
  complain(`Nothing was copied: ${reason}.\n`)
  return 1
}
