import { openStore } from '../../../src/main/store/index.ts'
import { adding, conversation, inboxRow, message } from '../../unit/store/values.ts'

/**
 * Run by kill.test.ts as a separate process: writes until it is killed, and prints one JSON line for each
 * acknowledged commit.
 */
const store = await openStore({ dir: process.argv[2]! })
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

async function write(): Promise<void> {
  const id = store.newId()
  say({ taken: id })
  const changes = [
    { type: 'conversation.add', conversation: conversation({ id }) } as const,
    inboxRow(`{"n":${id}}`),
  ]
  await store.commit([...changes, adding(message({ id, conversationId: id }), 'received', 'queued')])
  say({ acknowledged: id })
}
for (;;) await Promise.all([write(), write(), write(), write()])
