import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/**
 * A baseline for the receiver: the minimum that a Node program must do to store a webhook durably before it answers.
 * `each` commits every webhook by itself, `grouped` commits all webhooks of the same event-loop turn together.
 * Arguments: mode and folder.
 */
const [mode = 'each', folder = '.'] = process.argv.slice(2)
const database = new Database(join(folder, `bare-${mode}.sqlite`))
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.exec('CREATE TABLE inbox (seq INTEGER PRIMARY KEY, received_at INTEGER, body TEXT)')
const insert = database.prepare('INSERT INTO inbox (received_at, body) VALUES (?, ?)')
const begin = database.prepare('BEGIN IMMEDIATE')
const commit = database.prepare('COMMIT')

let waiting: { body: string; answer: () => void }[] = []
function store(body: string, answer: () => void): void {
  if (mode === 'each') {
    insert.run(Date.now(), body)
    answer()
    return
  }
  waiting.push({ body, answer })
  if (waiting.length === 1) setImmediate(flush)
}
function flush(): void {
  const taken = waiting
  waiting = []
  begin.run()
  for (const { body } of taken) insert.run(Date.now(), body)
  commit.run()
  for (const { answer } of taken) answer()
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    JSON.parse(body)
    store(body, () => response.writeHead(200, { 'content-length': 0 }).end())
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: `http://127.0.0.1:${port}/hooks` })}\n`)
})
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
