import { expect, test } from 'vitest'
import { watchNetwork } from '../../../src/main/tunnel/network-watch.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function scene() {
  const clock = new FakeClock()
  const told: (number | null)[] = []
  const network = { addresses: '192.168.1.7' }
  const stop = watchNetwork({
    clock,
    changed: (asleepSince) => told.push(asleepSince),
    addresses: () => network.addresses,
  })
  return { clock, told, network, stop }
}

test('a changed address of the computer is reported once', async () => {
  const { clock, told, network } = scene()
  await clock.advance(60_000)
  network.addresses = '10.0.0.4'
  await clock.advance(60_000)
  expect(told).toEqual([null])
})

test('a sleep is reported with its beginning', async () => {
  const { clock, told } = scene()
  await clock.advance(60_000)
  const asleepSince = clock.now()
  // Timers stand still while the computer sleeps.
  const now = clock.now.bind(clock)
  clock.now = () => now() + 3_600_000
  await clock.advance(5_000)
  expect(told).toEqual([asleepSince])
  await clock.advance(60_000)
  expect(told).toHaveLength(1)
})

test('a program that was busy for a while did not sleep', async () => {
  const { clock, told } = scene()
  const now = clock.now.bind(clock)
  clock.now = () => now() + 10_000
  await clock.advance(5_000)
  expect(told).toEqual([])
})

test('nothing is reported after the end', async () => {
  const { clock, told, network, stop } = scene()
  stop()
  network.addresses = ''
  await clock.advance(60_000)
  expect([told, clock.waiting]).toEqual([[], 0])
})

test('the real addresses of this computer can be read', () => {
  const clock = new FakeClock()
  expect(() => watchNetwork({ clock, changed: () => {} })()).not.toThrow()
})
