import { afterEach, expect, test } from 'vitest'
import { RelayStore } from '../../../src/main/relay/store.ts'
import { PROGRAM } from '../../../src/main/secrets/environment.ts'
import { Bridge } from '../../support/bridge.ts'
import { type RelayStage, relayStage } from '../../support/relay.ts'

let bridge: Bridge
let stage: RelayStage
afterEach(async () => {
  await bridge.stop()
  await stage.stop()
})

test('behind a relay, paired from the interface, each message is in Planfix once, awake or asleep', async () => {
  stage = await relayStage()
  bridge = await Bridge.start(undefined, { speed: 1 })
  const { settings, state } = await bridge.get('tunnel.pair', {
    address: stage.relay.control,
    code: await stage.code(),
  })
  expect([settings.provider, settings.relay.url, state.provider]).toEqual([
    'relay',
    stage.relay.control,
    'relay',
  ])
  await bridge.until('it is proven', () => bridge.app.publicAddress.state === 'proven')
  const { chatra: address } = await bridge.get('connection.addresses', { id: 'shop' })
  expect(address.startsWith(`${stage.relay.control}/hooks/shop/`)).toBe(true)

  /** The comments in Planfix. */
  const said = () => {
    const task = bridge.planfix.tasks[0]
    if (task === undefined) return ''
    return bridge.planfix
      .comments(task.id)
      .map(({ description }) => description)
      .join('\n')
  }
  bridge.chatra.webhookUrl = address
  const visitor = bridge.chatra.visit({ name: 'Anna' })
  visitor.says('one awake')
  await bridge.until('the first is in Planfix', () => said().includes('one awake'))

  // The computer sleeps: only the relay can be reached.
  const key = await bridge.secrets.get(PROGRAM, 'RELAY_KEY')
  await bridge.restart()
  bridge.chatra.webhookUrl = address
  visitor.says('two asleep')
  visitor.says('three asleep')
  await bridge.until('the relay has them', () => {
    const store = RelayStore.beside(stage.dir)
    const kept = store.tallies().get('shop')?.events ?? 0
    return store.close().then(() => kept >= 2)
  })
  expect(said()).not.toContain('asleep')
  expect(bridge.app.publicAddress).toMatchObject({
    problem: 'tunnel.problem.relay.key-missing',
    needsOwner: true,
  })
  await bridge.secrets.set(PROGRAM, 'RELAY_KEY', key ?? '')
  await bridge.get('tunnel.prove', {})
  await bridge.until('the others are in Planfix', () => said().includes('three asleep'))
  const text = said()
  for (const mark of ['one awake', 'two asleep', 'three asleep']) expect(text.split(mark)).toHaveLength(2)
})
