import { openAnyStore } from '../../runtime/any-store.ts'
import { complain, print } from '../output.ts'

/**
 * `forget CLIENT`: 0 when all data of the client is removed, 1 when no client matches or the backups could
 * not be rewritten. The bridge must be stopped: a running bridge owns the backups and the journal.
 */
export async function forget(options: {
  client: string
  connection: string | undefined
  dataDir: string
  database?: string | null
}): Promise<number> {
  const { database = null } = options
  const store = await openAnyStore({
    dir: options.dataDir,
    database,
    mustExist: true,
    onEvent: ({ key }) => complain(`${key}\n`),
  })
  try {
    const forgotten = await store.forgetClient({
      client: options.client,
      connectionId: options.connection ?? null,
    })
    if (forgotten === null) {
      complain(`No client "${options.client}" is known: name it by Chatra's id or its e-mail address.\n`)
      return 1
    }
    await store.compact()
    const { clients, conversations, messages, notDelivered, events, jobs, journal, putAside } = forgotten
    const lines = [
      `Forgotten: ${clients} devices in ${conversations} conversations.`,
      `  ${messages} messages have no text, no files and no name any more.`,
      ...(notDelivered > 0
        ? [`  ${notDelivered} of them were still to be carried and are not any more.`]
        : []),
      `  ${events} received events and ${journal} records of the journal are emptied, ${jobs} jobs dropped.`,
      database
        ? '  The backups of the database still hold them: replace these too.'
        : '  The backups are replaced by a new one.',
      ...(putAside > 0 ? [`  ${putAside} data files that had been put aside are deleted.`] : []),
      'What stands in Chatra and in Planfix is not touched.',
    ]
    await print(`${lines.join('\n')}\n`)
    return 0
  } finally {
    await store.close()
  }
}
