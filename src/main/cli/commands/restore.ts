import { constants, copyFileSync, existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Rehearsal, rehearse, restoreNow } from '../../store/backup/restore-rehearsal.ts'
import { privateFolder } from '../../store/files.ts'
import { findBackup } from '../backup-folder.ts'
import { complain, print } from '../output.ts'

/** `restore`: 0 rehearsed or done, 1 when there is no good backup. With --yes the bridge must be stopped. */
export async function restoreBackup(options: {
  from: string | undefined
  yes: boolean
  dataDir: string
}): Promise<number> {
  const { dataDir, yes } = options
  const named = options.from === undefined ? undefined : resolve(options.from)
  const copy = named === undefined ? null : findBackup(named)
  if (named !== undefined && copy === null) {
    complain(`There is no file ${named}, and no folder of "bridge backup".\n`)
    return 1
  }
  const from = copy?.store
  // A new computer has no data folder yet.
  if (from !== undefined && yes) privateFolder(dataDir)
  const found = rehearse(dataDir, from, Date.now())
  await print(inWords(found))
  if (found.backup === null) {
    complain('There is no sound backup: nothing was changed.\n')
    return 1
  }
  if (!yes) {
    await print(
      'Nothing was changed: this was a rehearsal on a copy. --yes does it, with the bridge stopped.\n',
    )
    return 0
  }
  const movedTo = restoreNow(dataDir, from, Date.now())
  const settings = join(dataDir, 'config.json')
  if (copy?.settings != null && !existsSync(settings)) {
    copyFileSync(copy.settings, settings, constants.COPYFILE_EXCL)
    await print('The settings are those of the backup. Give the bridge its keys and tokens again.\n')
  }
  await print(`Done.${movedTo === '' ? '' : ` The file from before is kept as ${movedTo}.`}\n`)
  return 0
}

function inWords({ backup, unsound, backupAt, replayed, lost }: Rehearsal): string {
  const lines = unsound.map((path) => `${basename(path)} is damaged, or no backup of this version.`)
  if (backup === null) return lines.map((line) => `${line}\n`).join('')
  const age = Math.max(0, Math.round((Date.now() - backupAt) / 60_000))
  lines.push(
    `${basename(backup)} was made at ${new Date(backupAt).toISOString()}, ${age} minutes ago, and is sound.`,
  )
  lines.push(`${replayed} events that came in after it would be taken up again from the journal.`)
  if (lost === null)
    lines.push('The present data file cannot be read: what it holds beyond that is not known.')
  else {
    lines.push(
      `Not in it: ${lost.conversations} conversations, ${lost.messages} messages (${lost.replies} replies among them, ${lost.open} still to be carried).`,
    )
  }
  lines.push(
    'What may stand in Chatra or Planfix already is looked for, and no reply of that time is sent again.',
  )
  return `${lines.join('\n')}\n`
}
