import { join } from 'node:path'
import Database from 'better-sqlite3'
import { filesOf, markClean } from '../../src/main/store/files.ts'
import { openStore } from '../../src/main/store/index.ts'

/**
 * Fills a data folder with `count` delivered messages, as after months of work: 50 a conversation, with client, task
 * and four log lines each. Arguments: folder, count, and the number of the first task. Writes past the store, without syncs, in seconds.
 */
export const PER_TALK = 50
export const FIRST_TASK = 9_000_000

export async function fillStore(dir: string, count: number, firstTask = FIRST_TASK): Promise<void> {
  // The store itself creates it, so that it has the real schema.
  const store = await openStore({ dir })
  await store.close()
  const database = new Database(join(dir, 'bridge.sqlite'))
  database.pragma('journal_mode = OFF')
  database.pragma('synchronous = OFF')
  database.pragma('cache_size = -400000')
  database.transaction(() => fill(database, count, firstTask))()
  database.pragma('journal_mode = WAL')
  database.close()
  // Closed properly, as after months of work: a start does not read all of it.
  await (await openStore({ dir })).close()
  markClean(filesOf(dir))
}

function fill(database: Database.Database, count: number, firstTask: number): void {
  const first = Date.now() - 60 * 86_400_000
  const step = (50 * 86_400_000) / count
  const insert = (table: string, columns: string) =>
    database.prepare(
      `INSERT INTO ${table} (${columns}) VALUES (${columns
        .split(', ')
        .map(() => '?')
        .join(', ')})`,
    )
  const addConversation = insert('conversations', 'id, connection, contact, client_left, merged_into, data')
  const addClient = insert(
    'clients',
    'connection, client, conversation, email, last_wrote_at, last_visit_at, profile',
  )
  const addTask = insert('tasks', 'connection, task, conversation, chat, last_activity_at, deleted, data')
  const addInbox = insert('inbox', 'connection, source, received_at, body, outcome')
  const addMessage = insert(
    'messages',
    'id, connection, conversation, direction, kind, author, text, origin_key, chatra_client, chatra_message, planfix_task, planfix_comment, written_at, received_at, position, state, late, attempts, sent_at, echoed, handed_at, inbox',
  )
  const addEntry = insert('entries', 'message, time, state')
  const states = ['received', 'queued', 'sending', 'delivered']
  let id = 1
  for (let n = 0; n < count; n++) {
    const talk = Math.floor(n / PER_TALK)
    const conversation = 10_000_000 + talk
    const [client, task, at] = [`oldclient${talk}`, firstTask + talk, Math.floor(first + n * step)]
    if (n % PER_TALK === 0) {
      const link = { connectionId: 'shop', conversationId: conversation }
      addConversation.run(
        conversation,
        'shop',
        8_000_000 + talk,
        1,
        null,
        conversationText(conversation, task, at),
      )
      addClient.run('shop', client, conversation, `${client}@example.com`, at, at, profileText(client))
      addTask.run('shop', task, conversation, `chat${client}`, at, 0, taskText(link, task, client, at))
    }
    const isReply = n % 3 === 2
    const inbox =
      n % 10 === 0 ? addInbox.run('shop', 'chatra', at, `{"padding":"${'x'.repeat(800)}"}`, 'done') : null
    addMessage.run(
      ...[id, 'shop', conversation, isReply ? 'to-chatra' : 'to-planfix', 'text'],
      isReply
        ? '{"kind":"employee","id":5,"name":"Ana"}'
        : `{"kind":"client","id":"${client}","name":"Visitor"}`,
      ...[`An old message number ${n} about an order`, `${isReply ? 'p' : 'c'}:old${n}`, client, `old${n}`],
      ...[task, 7_000_000 + n, at, at, at, 'delivered', 0, 1, isReply ? at : null, isReply ? 1 : 0],
      ...[isReply ? at : null, inbox?.lastInsertRowid ?? null],
    )
    for (const state of states) addEntry.run(id, at, state)
    id += 1
  }
  database.prepare(`UPDATE meta SET value = 20000000 WHERE key = 'next_id'`).run()
}

const queue = { failures: 0, notBefore: 0 }
const conversationText = (id: number, taskId: number, at: number) =>
  JSON.stringify({
    id,
    connectionId: 'shop',
    contactId: id - 2_000_000,
    contactWritten: null,
    emailSearched: null,
    ...{
      searchTask: false,
      emailRefused: false,
      taskId,
      clientLeft: true,
      lastClientAt: at,
      lastActivityAt: at,
    },
    ...{
      deliveredUpTo: at,
      paused: null,
      attempt: null,
      planfixLane: queue,
      chatraLane: queue,
      mergedInto: null,
    },
  })
const profileText = (id: string) =>
  JSON.stringify({
    id,
    chatId: `chat${id}`,
    displayedName: 'Visitor',
    name: 'Visitor',
    email: `${id}@example.com`,
    phone: null,
    ip: null,
    country: null,
    city: null,
    os: null,
    browser: null,
    language: null,
    visit: null,
    startPage: null,
    extra: {},
  })
const taskText = (link: object, taskId: number, client: string, at: number) =>
  JSON.stringify({
    ...{
      ...link,
      taskId,
      chatId: `chat${client}`,
      n: 1,
      createdAt: at,
      descriptionText: 'An old task',
      active: false,
    },
    ...{
      deleted: false,
      checkedAt: at,
      cursor: 0,
      signal: '',
      hotUntil: at,
      readAt: at,
      lastActivityAt: at,
      closedAt: at,
    },
  })

if (process.argv[1] === import.meta.filename) {
  await fillStore(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4] ?? FIRST_TASK))
}
