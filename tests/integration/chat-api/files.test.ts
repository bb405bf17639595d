import { expect, test } from 'vitest'
import { withWorld } from '../../support/planfix-scenes.ts'
import type { World } from '../../support/world.ts'

/** Files need a world with sockets: Planfix reads them at our receiver, and clients there too. */
const withChat = (work: (world: World) => Promise<void>) =>
  withWorld({ chat: true, proven: true, chatra: { switches: { files: 'brevo-file-object' } } }, work)

test('a client’s file reaches Planfix by a link of ours, complete and under its name', async () => {
  await withChat(async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until('a task', () => world.planfix.tasks[0])
    await world.quiet()
    anna.sendsFile({ name: 'plan.txt', type: 'text/plain', content: Buffer.from('the plan') })
    await world.until('the file', () => world.planfix.files.length > 0)
    await world.quiet()
    await world.planfix.flush()
    const [file] = world.planfix.files
    expect([file?.name, String(file?.content)]).toEqual(['plan.txt', 'the plan'])
    expect(world.planfix.chats.failedFetches).toEqual([])
    const fetched = world.planfix.comments(world.task().id).filter(({ files }) => files.length > 0)
    expect(fetched).toHaveLength(1)
  })
})

test('an employee’s file reaches the client by a link of ours, once, also after the feed was read', async () => {
  await withChat(async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until('a task', () => world.planfix.tasks[0])
    await world.quiet()
    const { id } = world.planfix.addsFile('price.txt', 'the prices', 'text/plain')
    world.planfix.employeeComments(world.task().id, 5, '<p>Here it is</p>', { files: [id] })
    const text = await world.until('the reply', () => anna.sees()[0])
    expect(text).toMatch(/^Here it is\nprice\.txt: http.*\/files\/[\w-]+$/)
    const link = /http\S+$/.exec(text)?.[0] ?? ''
    const read = await fetch(link)
    expect([read.status, await read.text()]).toEqual([200, 'the prices'])
    expect(read.headers.get('content-disposition')).toContain('price.txt')
    await world.quiet()
    world.app.connections.get('shop')?.watcher.wake()
    await world.pass(20_000)
    await world.quiet()
    expect(anna.sees()).toHaveLength(1)
  })
})
