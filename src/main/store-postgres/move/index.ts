import { openDatabaseEnd } from './database-end.ts'
import { openFolderSource, openFolderTarget } from './folder-end.ts'
import type { Move } from './move.ts'

export { type Compared, type Move, move, undo } from './move.ts'

/** Which way all data are moved. */
export interface Ends {
  way: 'to-database' | 'to-folder'
  /** Address, with its password. */
  database: string
  schema?: string
  dir: string
}

/** Opens both ends, does the work and closes them. Throws what opening them throws. */
export async function withEnds<T>(
  { way, database, schema, dir }: Ends,
  beside: Pick<Move, 'now' | 'copied' | 'arrived'>,
  work: (move: Move) => Promise<T>,
): Promise<T> {
  const isTo = way === 'to-database'
  const source = isTo ? openFolderSource(dir) : await openDatabaseEnd(database, 'source', schema)
  try {
    const target = isTo ? await openDatabaseEnd(database, 'target', schema) : openFolderTarget(dir)
    try {
      return await work({ source, target, place: isTo ? 'folder' : 'database', ...beside })
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}
