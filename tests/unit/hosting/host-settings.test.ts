import { describe, expect, it } from 'vitest'
import { addressForOthers } from '../../../src/main/hosting/host-address.ts'
import { hostFact, hostNameIn } from '../../../src/main/hosting/host-facts.ts'
import { amongHosts } from '../../../src/main/hosting/host-settings.ts'

describe('a host among others', () => {
  it('says what it is called, and where and for how long, from the environment', () => {
    expect(amongHosts({})).toEqual({})
    expect(
      amongHosts({
        BRIDGE_HOST_NAME: 'b',
        BRIDGE_HOST_ADDRESS: 'http://10.0.0.5:8080',
        BRIDGE_LEASE_SECONDS: '20',
      }),
    ).toEqual({ name: 'b', address: 'http://10.0.0.5:8080', leaseMs: 20_000 })
  })

  it('a wrong value is named', () => {
    expect(amongHosts({ BRIDGE_HOST_ADDRESS: '10.0.0.5:8080' })).toEqual({
      wrong: expect.stringContaining('BRIDGE_HOST_ADDRESS'),
    })
    for (const seconds of ['2', 'soon', '301'])
      expect(amongHosts({ BRIDGE_LEASE_SECONDS: seconds })).toEqual({
        wrong: expect.stringContaining('BRIDGE_LEASE_SECONDS'),
      })
  })

  it('a receiver on all addresses is reached at the first one in a network', () => {
    const at = (address: string, internal = false) => ({ address, internal, family: 'IPv4' as const })
    const interfaces = {
      lo: [at('127.0.0.1', true)],
      eth0: [at('10.0.0.5')],
    } as unknown as Parameters<typeof addressForOthers>[1]
    expect(addressForOthers('http://127.0.0.1:80', interfaces)).toBe('http://127.0.0.1')
    expect(addressForOthers('http://0.0.0.0:8080', interfaces)).toBe('http://10.0.0.5:8080')
    expect(addressForOthers('http://[::]:8080', interfaces)).toBe('http://10.0.0.5:8080')
    expect(addressForOthers('http://0.0.0.0:8080', {})).toBe('http://127.0.0.1:8080')
  })

  it('facts of one host have its name, where there are others', () => {
    expect([hostFact('hooksUrl', false, 'b'), hostFact('hooksUrl', true, 'b')]).toEqual([
      'hooksUrl',
      'hooksUrl@b',
    ])
    expect(hostNameIn({ BRIDGE_HOST_NAME: 'b' })).toBe('b')
    expect(hostNameIn({})).not.toBe('')
  })
})
