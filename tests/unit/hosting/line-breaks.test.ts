import { describe, expect, it } from 'vitest'
import { lookForBreaks } from '../../../src/main/hosting/line-breaks.ts'

const seen = (host: string, silentMs = 0, breaks = 0) => ({
  ...{ host, name: host, address: '', version: '', silentMs, breaks },
})
const of = { me: 'a', lateMs: 10_000 }
const look = (before: Map<string, number>, ...hosts: ReturnType<typeof seen>[]) =>
  lookForBreaks(before, hosts, of).isBroken

describe('whether webhooks may have been lost at another host', () => {
  it('none while all are seen in time and refuse nothing, nor when one joins', () => {
    expect(look(new Map(), seen('a', 99_999, 5))).toBe(false)
    expect(look(new Map(), seen('a'), seen('b'))).toBe(false)
    expect(look(new Map([['b', 3]]), seen('a'), seen('b', 9000, 3))).toBe(false)
  })

  it('while one is silent, once it is gone, and when it had to refuse some', () => {
    const before = new Map([['b', 3]])
    expect(look(before, seen('a'), seen('b', 10_001, 3))).toBe(true)
    expect(look(before, seen('a'))).toBe(true)
    expect(look(before, seen('a'), seen('b', 0, 4))).toBe(true)
    expect(lookForBreaks(before, [seen('a'), seen('c', 0, 1)], of).now).toEqual(new Map([['c', 1]]))
  })
})
