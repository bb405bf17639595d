import { describe, expect, test } from 'vitest'
import { reasonOf } from '../../bench/race/install.ts'

describe('why a program could not be installed for a race', () => {
  test("it is npm's first sentence, without its prefix and its code", () => {
    const said =
      'npm error code ETARGET\nnpm error notarget No matching version found for x@9.\nnpm error A complete log\n'
    expect(reasonOf(said)).toBe('npm could not install it: No matching version found for x@9.')
  })

  test('an unreachable registry is named by the error, not by the call that failed', () => {
    const said = 'npm error code ECONNREFUSED\nnpm error syscall connect\nnpm error errno ECONNREFUSED\n'
    expect(reasonOf(`${said}npm error FetchError: request failed\n`)).toBe(
      'npm could not install it: FetchError: request failed',
    )
  })

  test('an npm that was stopped without a word took too long', () => {
    expect(reasonOf('')).toBe('npm could not install it: no answer in time')
  })
})
