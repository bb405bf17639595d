import { describe, expect, test } from 'vitest'
import { programChecks } from '../../../src/main/diagnostics/program-checks.ts'
import { tunnelChecks } from '../../../src/main/diagnostics/tunnel-checks.ts'
import { keychainTrouble } from '../../../src/shared/api/state.ts'
import { isTextKey } from '../../../src/shared/i18n/index.ts'

const codes = keychainTrouble.shape.code.options
const program = {
  configuration: { path: 'c.json', problems: [], connections: 1 },
  dataDir: '/tmp',
  publicAddress: { provider: 'ngrok' as const, missingSecrets: ['BRIDGE_NGROK_TOKEN'], state: null, now: 0 },
}
const check = (id: number) => [...programChecks, ...tunnelChecks].find((one) => one.id === id)

describe('the check of the keychain', () => {
  test.each(codes)('the keychain check names %s and what to do, in existing texts', async (code) => {
    const found = await check(36)?.run({ ...program, keychain: { code, detail: '' } })
    expect(found?.result).toBe('warning')
    for (const words of [found?.detail, found?.todo]) expect(isTextKey(words?.key ?? '')).toBe(true)
  })

  test('the keychain check passes with a working keychain, and is skipped on a server', async () => {
    expect(await check(36)?.run({ ...program, keychain: null })).toMatchObject({ result: 'ok' })
    expect(await check(36)?.run(program)).toMatchObject({ result: 'skipped' })
  })

  test('on a desktop no instruction mentions environment variables', async () => {
    const todo = async (keychain: null | undefined) => (await check(33)?.run({ ...program, keychain }))?.todo
    expect(await todo(null)).toEqual({ key: 'diagnostics.todo.way-in-secret-typed', params: {} })
    expect(await todo(undefined)).toMatchObject({ params: { variables: 'BRIDGE_NGROK_TOKEN' } })
  })
})
