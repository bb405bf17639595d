import { expect, test } from 'vitest'
import { chatSecretOf } from '../../../src/main/http/chat-call.ts'
import { withWorld } from '../../support/planfix-scenes.ts'
import { SECRET, type World } from '../../support/world.ts'

const TOKEN = chatSecretOf(SECRET)
const message = { cmd: 'newMessage', token: TOKEN, chatId: 'nobody', message: 'Hello' }
async function posted(world: World, fields: Record<string, string>, secret = SECRET) {
  const address = `${world.app.hooksUrl}/hooks/shop/${secret}/planfix-chat`
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) })
  const text = await answer.text()
  return { status: answer.status, answer: text === '' ? null : (JSON.parse(text) as unknown) }
}
const rows = (world: World) => world.app.webhookTimes('shop')['planfix-chat']

test('calls of Planfix are answered as its Chat API expects', async () => {
  await withWorld({ chat: true }, async (world) => {
    expect(await posted(world, { ...message, token: 'other' })).toEqual({
      status: 401,
      answer: { error: 'Invalid token' },
    })
    expect(await posted(world, { ...message, chatId: '' })).toEqual({
      status: 400,
      answer: { error: 'Invalid parameters' },
    })
    expect(await posted(world, { ...message, message: '' })).toMatchObject({ status: 400 })
    expect(await posted(world, { ...message, message: 'x'.repeat(1_100_000) })).toMatchObject({ status: 413 })
    expect(await posted(world, message, 'wrong-secret-0123456789')).toEqual({ status: 404, answer: null })
    expect(rows(world)).toBeNull()
    expect(await posted(world, { ...message, cmd: 'dance' })).toEqual({ status: 200, answer: {} })
    expect(rows(world)).not.toBeNull()
    expect(await posted(world, message)).toEqual({
      status: 200,
      answer: { chatId: 'nobody', contactId: 'nobody' },
    })
    await world.app.settled()
    expect((await world.log()).map(({ state, reason }) => [state, reason])).toEqual([
      ['skipped', 'no-known-chat'],
    ])
  })
})

test('a connection by REST answers like an unknown address, and its owner is told once', async () => {
  await withWorld({}, async (world) => {
    const told: string[] = []
    world.app.subscribe({ event: ({ key }) => void told.push(key) })
    for (let n = 0; n < 3; n++) expect(await posted(world, message)).toEqual({ status: 404, answer: null })
    expect(told).toEqual(['event.chat-not-used'])
  })
})
