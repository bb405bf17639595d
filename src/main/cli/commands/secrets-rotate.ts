import { ConfigurationTables } from '../../store-postgres/index.ts'
import { complain, print } from '../output.ts'
import type { DataPlace } from '../running.ts'

/** `secrets rotate`: 0 when all are sealed by the first key, 1 when there are none. Throws StoreError `sealed` and `unavailable`. */
export async function rotateSecrets({ database, masterKeys = [] }: DataPlace): Promise<number> {
  if (database === null || masterKeys.length === 0) {
    complain(
      'There are no sealed secrets here: name the database with --store, and the keys with --master-key-file.\n',
    )
    return 1
  }
  const tables = await ConfigurationTables.open(database, masterKeys)
  try {
    const secrets = await tables.sealAgain()
    await print(
      `${secrets} secrets are sealed by the first key now: the other keys may be removed from the file.\n`,
    )
    return 0
  } finally {
    await tables.close()
  }
}
