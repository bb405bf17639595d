import { expect, test } from 'vitest'
import { withWorld } from '../support/planfix-scenes.ts'

const downloads = (requests: readonly { method: string; path: string }[]) =>
  requests.filter(({ method, path }) => method === 'GET' && /\/file\/\d+\/download/.test(path)).length

test('a link that is opened a hundred times costs the account one request', async () => {
  await withWorld({ configuration: { publicUrl: 'https://bridge.example' } }, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    const task = await world.until('a task', () => world.planfix.tasks[0])
    const { id } = world.planfix.addsFile('price.pdf', 'the price list', 'application/pdf')
    world.planfix.employeeComments(task.id, 5, '<p>Here it is</p>', { files: [id] })
    const reply = () =>
      world.chatra.messages(anna.clientId).find((one) => one.text.includes('https://bridge.example/files/'))
    const { text } = await world.until('the reply', reply)
    const token = /\/files\/([\w-]+)/.exec(text)?.[1]
    const address = `${world.app.hooksUrl}/files/${token}`
    const bodies = new Set<string>()
    for (let n = 0; n < 20; n++) {
      const all = await Promise.all(Array.from({ length: 5 }, () => fetch(address)))
      for (const one of all) if (one.ok) bodies.add(await one.text())
    }
    expect([...bodies]).toEqual(['the price list'])
    expect(downloads(world.planfix.server.requests)).toBe(1)
  })
})
