import { describe, expect, test } from 'vitest'
import { type StartStep, startProgress } from '../../../../src/main/desktop/start/progress.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function scene({ isWanted = true } = {}) {
  const clock = new FakeClock()
  const said: string[] = []
  const { promise: seen, resolve } = Promise.withResolvers<void>()
  const asked = { isWanted }
  const progress = startProgress({
    clock,
    isWanted: () => asked.isWanted,
    open(step: StartStep) {
      said.push(`open ${step}`)
      return { show: (next) => said.push(next), seen, close: () => said.push('close') }
    },
  })
  return { clock, said, asked, seen: resolve, progress }
}

describe('a start', () => {
  test('that is quick shows no window of its own', () => {
    const { clock, said, progress } = scene()
    progress.step('data')
    clock.advanceAtOnce(999)
    progress.end()
    clock.advanceAtOnce(60_000)
    progress.wanted()
    expect(said).toEqual([])
  })

  test('of a second shows how far it is, until it ends', () => {
    const { clock, said, progress } = scene()
    progress.step('data')
    clock.advanceAtOnce(1000)
    expect(said).toEqual(['open data'])
    progress.step('connect')
    progress.wanted()
    progress.end()
    expect(said).toEqual(['open data', 'connect', 'close'])
  })

  test('at login shows nothing, unless the owner asks', () => {
    const { clock, said, asked, progress } = scene({ isWanted: false })
    clock.advanceAtOnce(500)
    asked.isWanted = true
    progress.wanted()
    asked.isWanted = false
    clock.advanceAtOnce(5000)
    expect(said).toEqual([])
    asked.isWanted = true
    progress.wanted()
    expect(said).toEqual(['open keychain'])
  })

  test('that is about to block tells it first', async () => {
    const { said, seen, progress } = scene()
    progress.step('data')
    let isTold = false
    const told = progress.slow().then(() => {
      isTold = true
    })
    await Promise.resolve()
    expect([said, isTold]).toEqual([['open data'], false])
    seen()
    await told
    // Without a window nobody waits.
    await scene({ isWanted: false }).progress.slow()
  })
})
