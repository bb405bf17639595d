import { describe, expect, test } from 'vitest'
import { PublicAddressState } from '../../../src/main/ingress/public-address-state.ts'
import { initialState } from '../../../src/main/tunnel/tunnel-state.ts'
import type { Configuration } from '../../../src/shared/config.ts'

const configured = (provider: Configuration['tunnel']['provider'], publicUrl: string | null) => ({
  value: { tunnel: { provider }, publicUrl } as Configuration,
})
const stateOf = (isStandby: boolean) => new PublicAddressState(configured('relay', null), isStandby)

describe('the state of the public address', () => {
  test('lets this computer write unless another one may be carrying', () => {
    const [alone, waiting] = [stateOf(false), stateOf(true)]
    expect([alone.mayWrite, waiting.mayWrite]).toEqual([true, false])
  })

  test('asks the relay at the very moment of each write', () => {
    const state = stateOf(false)
    const relay = { isLeader: true }
    state.relay = relay
    expect(state.mayWrite).toBe(true)
    relay.isLeader = false
    expect(state.mayWrite).toBe(false)
    relay.isLeader = true
    state.isStandby = true
    expect(state.mayWrite).toBe(false)
  })

  test('gives the address of the configuration where it is the owner’s own, and the proven one otherwise', () => {
    const tunnel = { ...initialState, provider: { kind: 'ssh' }, linkAddress: 'https://a.example' } as const
    const own = new PublicAddressState(configured('own', 'https://own.example'), false)
    const ssh = new PublicAddressState(configured('ssh', 'https://own.example'), false)
    for (const state of [own, ssh]) state.tunnel = tunnel
    expect([own.usable, ssh.usable]).toEqual(['https://own.example', 'https://a.example'])
  })

  test('follows a change of the configuration', () => {
    const configuration = configured('own', 'https://own.example')
    const state = new PublicAddressState(configuration, false)
    configuration.value = configured('none', null).value
    expect(state.usable).toBeNull()
  })

  test('reports gaps itself once it was reached or is known to be lost', () => {
    const state = stateOf(false)
    expect(state.reportsGaps).toBe(false)
    state.tunnel = { ...initialState, since: 5 }
    expect(state.reportsGaps).toBe(true)
    state.tunnel = { ...initialState, lostAt: 5 }
    expect(state.reportsGaps).toBe(true)
  })
})
