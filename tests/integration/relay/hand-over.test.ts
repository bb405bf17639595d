import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Desktop,
  hook,
  pairedDesktop,
  type RelayStage,
  relayStage,
  SECRET,
  until,
} from '../../support/relay.ts'

let stage: RelayStage
let desktops: Desktop[]
beforeEach(async () => {
  desktops = []
  stage = await relayStage()
})
afterEach(async () => {
  await Promise.all(desktops.map(({ provider }) => provider.stop()))
  await stage.stop()
})

async function paired(
  ...[options]: Parameters<typeof pairedDesktop> extends [unknown, ...infer R] ? R : never
) {
  const one = await pairedDesktop(stage, options)
  desktops.push(one)
  return one
}
const isOpen = async () => (await hook(stage.relay.control, 'no json')).status === 400

describe('an event', () => {
  test('an event reaches a connected desktop unchanged', async () => {
    const desktop = await paired()
    expect(await desktop.start()).toEqual({ ok: true, address: stage.relay.public })
    await until('the address is known', isOpen)
    const body = ' {"a": 12345678901234567890.000, "я": "\\ud800"}\n'
    const answer = await hook(stage.relay.control, body)
    expect(answer).toEqual({ status: 200, text: '' })
    await until('it comes', () => desktop.inbox.events.length === 1)
    expect(desktop.inbox.events[0]).toMatchObject({ connectionId: 'shop', source: 'chatra', body })
  })

  test('events wait for a sleeping desktop in order, over a restart of the relay', async () => {
    const desktop = await paired()
    await desktop.start()
    await until('the address is known', isOpen)
    await desktop.provider.stop()
    for (let n = 0; n < 10; n++) expect((await hook(stage.relay.control, `{"n":${n}}`)).status).toBe(200)
    await stage.restart()
    for (let n = 10; n < 20; n++) expect((await hook(stage.relay.control, `{"n":${n}}`)).status).toBe(200)
    await desktop.start()
    await until('they come', () => desktop.inbox.events.length >= 20)
    expect(desktop.inbox.bodies).toEqual(Array.from({ length: 20 }, (_, n) => `{"n":${n}}`))
  })

  test('an event for an unknown or removed address is answered 404', async () => {
    let secret: string | null = SECRET
    const desktop = await paired({ connections: () => [{ id: 'shop', secret }] })
    expect((await hook(stage.relay.control, '{}')).status).toBe(404)
    await desktop.start()
    await until('the address is known', isOpen)
    const wrong = await hook(stage.relay.control, '{}', { secret: 'wrong-secret-0123456789012' })
    expect(wrong).toEqual({ status: 404, text: '' })
    expect((await hook(stage.relay.control, '{}', { id: 'other' })).status).toBe(404)
    secret = null
    desktop.provider.connectionsChanged()
    await until('it is forgotten', async () => (await hook(stage.relay.control, '{}')).status === 404)
  })
})
