import { describe, expect, test } from 'vitest'
import { PublicAddressState } from '../../../src/main/ingress/public-address-state.ts'
import { initialState } from '../../../src/main/tunnel/tunnel-state.ts'
import type { Configuration } from '../../../src/shared/config.ts'

const configured = (provider: Configuration['tunnel']['provider'], publicUrl: string | null) => ({
  value: { tunnel: { provider }, publicUrl } as Configuration,
})
const stateOf = (isStandby: boolean) => new PublicAddressState(configured('relay', null), isStandby)

describe('the state of the public address', () => {
  test('this computer may write unless another one may be active', () => {
    const [alone, waiting] = [stateOf(false), stateOf(true)]
    expect([alone.mayWrite, waiting.mayWrite]).toEqual([true, false])
  })

  test('the relay is asked at the very moment of each write', () => {
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

  test('the address is the configured one if static, and the proven one otherwise', () => {
    const tunnel = { ...initialState, provider: { kind: 'ssh' }, linkAddress: 'https://a.example' } as const
    const own = new PublicAddressState(configured('own', 'https://own.example'), false)
    const ssh = new PublicAddressState(configured('ssh', 'https://own.example'), false)
    for (const state of [own, ssh]) state.tunnel = tunnel
    expect([own.usable, ssh.usable]).toEqual(['https://own.example', 'https://a.example'])
  })

  test('the address follows a change of the configuration', () => {
    const configuration = configured('own', 'https://own.example')
    const state = new PublicAddressState(configuration, false)
    configuration.value = configured('none', null).value
    expect(state.usable).toBeNull()
  })

  test('gaps are reported here once the address was reached or is known to be lost', () => {
    const state = stateOf(false)
    expect(state.reportsGaps).toBe(false)
    state.tunnel = { ...initialState, since: 5 }
    expect(state.reportsGaps).toBe(true)
    state.tunnel = { ...initialState, lostAt: 5 }
    expect(state.reportsGaps).toBe(true)
  })
})
