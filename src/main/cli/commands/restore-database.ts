import { openPostgresStore } from '../../store-postgres/index.ts'
import { complain, print } from '../output.ts'

/**
 * `restore` with a database, which its owner restores by its own means: says since when time is missing in it, and with
 * --yes notes it, so that nothing of that time is sent again. 0 done, 1 a file was named. The bridge must be stopped.
 */
export async function restoredDatabase(options: {
  from: string | undefined
  yes: boolean
  database: string
}): Promise<number> {
  if (options.from !== undefined) {
    complain(
      'The data are in a PostgreSQL database: restore it by its own means first, then run this command without --from.\n',
    )
    return 1
  }
  const store = await openPostgresStore({ url: options.database, mustExist: true, isRestored: true })
  try {
    const { lastUsed, replies } = await store.afterRestore(options.yes)
    const used = lastUsed === null ? 'at an unknown time' : `at ${new Date(lastUsed).toISOString()}`
    await print(
      `A bridge last worked on this database ${used}. What happened since is not in it.\n${replies} replies waited then: they would be marked as unconfirmed, and sent again only on request.\nWhat may stand in Chatra or Planfix already is looked for.\n${options.yes ? 'Done.' : 'Nothing was changed. --yes notes it; do so only after the database was restored from a backup, before the bridge starts.'}\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}
