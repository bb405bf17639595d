import { MESSAGE_COLUMNS } from '../../store/rows/messages.ts'

/** A table as a move copies it: by the same name in both stores. */
export interface MovedTable {
  name: string
  /** In the order of these columns it is read. */
  key: readonly string[]
  /** What is copied, in the order of the names. */
  columns: readonly string[]
  /** Those of them that are JSON: SQLite keeps them as text. */
  json: readonly string[]
  /** Columns that SQLite keeps beside the JSON in `data`, by its field; PostgreSQL makes them of it. */
  beside: Readonly<Record<string, string>>
  /** Rows of a step: some megabytes as a rule. */
  step: number
  /** What PostgreSQL adds the rows to; another table where `name` is a view of sums. */
  into: string
}

type Given = Partial<Omit<MovedTable, 'name' | 'columns'>> & { columns: string }

const table = (name: string, { columns, ...given }: Given): MovedTable => {
  const all = columns.split(' ')
  return {
    name,
    key: [all[0]!],
    columns: all.toSorted(),
    json: [],
    beside: {},
    step: 2000,
    into: name,
    ...given,
  }
}

/** Everything but `meta`, of which each store has its own, and numbers (Numbers). */
export const MOVED_TABLES: readonly MovedTable[] = [
  // A body has up to a megabyte.
  table('inbox', { columns: 'seq connection source received_at body outcome reason', step: 100 }),
  table('conversations', {
    columns: 'id said_at data',
    json: ['data'],
    beside: {
      connection: 'connectionId',
      contact: 'contactId',
      client_left: 'clientLeft',
      merged_into: 'mergedInto',
    },
    step: 500,
  }),
  table('clients', {
    columns: 'connection client conversation email last_wrote_at last_visit_at profile',
    key: ['connection', 'client'],
    json: ['profile'],
    step: 500,
  }),
  table('tasks', {
    columns: 'data',
    key: ['connection', 'task'],
    json: ['data'],
    beside: {
      connection: 'connectionId',
      task: 'taskId',
      conversation: 'conversationId',
      chat: 'chatId',
      last_activity_at: 'lastActivityAt',
      deleted: 'deleted',
    },
    step: 500,
  }),
  table('messages', { columns: MESSAGE_COLUMNS.join(' '), json: ['author'], step: 1000 }),
  table('entries', { columns: 'seq message time state reason', step: 5000 }),
  table('chores', {
    columns: 'id data',
    json: ['data'],
    beside: { connection: 'connectionId', conversation: 'conversationId', kind: 'kind', key: 'key' },
    step: 500,
  }),
  table('agents', { columns: 'connection agent name email seen_at', key: ['connection', 'agent'] }),
  table('facts', { columns: 'connection key value', key: ['connection', 'key'], step: 200 }),
  table('events', { columns: 'id time connection level key params' }),
  table('report_parts', { columns: 'part received_to data', step: 200 }),
  table('tallies', {
    columns: 'connection direction state number',
    key: ['connection', 'direction', 'state'],
    into: 'tally_steps',
  }),
  table('quarters', {
    columns: 'quarter connection direction number',
    key: ['quarter', 'connection', 'direction'],
    into: 'quarter_steps',
  }),
]

/** The next rows after a place, in the words of both stores; the key's values and the limit are its parameters. */
export function nextRows({ name, key, columns, step }: MovedTable, isFirst: boolean): string {
  const asked = [...new Set([...key, ...columns])].join(', ')
  const after = isFirst ? '' : `WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')}) `
  return `SELECT ${asked} FROM ${name} ${after}ORDER BY ${key.join(', ')} LIMIT ${step}`
}
