import { describe, expect, test } from 'vitest'
import type { PublicAddressProbes } from '../../../src/main/diagnostics/check.ts'
import { tunnelChecks } from '../../../src/main/diagnostics/tunnel-checks.ts'
import type { PublicAddress } from '../../../src/shared/api/state.ts'
import { LANGUAGES, translateAny } from '../../../src/shared/i18n/index.ts'

const NOW = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
const state = (change: Partial<PublicAddress> = {}): PublicAddress => ({
  provider: 'ssh',
  address: 'https://a.example',
  state: 'proven',
  provenAt: NOW - 2 * MINUTE,
  problem: null,
  problemParams: {},
  needsOwner: false,
  since: NOW - 60 * MINUTE,
  lostAt: null,
  retryAt: null,
  gap: null,
  standby: false,
  ...change,
})

async function findings(change: Partial<PublicAddressProbes> = {}) {
  const wayIn: PublicAddressProbes = {
    provider: 'ssh',
    missingSecrets: [],
    state: state(),
    now: NOW,
    ...change,
  }
  const program = {
    configuration: { path: 'c', problems: [], connections: 1 },
    dataDir: '/tmp',
    publicAddress: wayIn,
  }
  const found = new Map<number, Awaited<ReturnType<(typeof tunnelChecks)[number]['run']>>>()
  for (const check of tunnelChecks) found.set(check.id, await check.run(program))
  return found
}
const failing = (key: string, change: Partial<PublicAddress> = {}) =>
  state({
    state: 'failing',
    since: null,
    problem: key,
    problemParams: { host: 'vps.example', user: 'me' },
    ...change,
  })

describe('the checks of the public address', () => {
  test('the checks find no problem in a working public address', async () => {
    const found = await findings()
    expect([...found].map(([id, { result }]) => [id, result])).toEqual([
      [33, 'ok'],
      [34, 'ok'],
      [35, 'ok'],
    ])
  })

  test.each<[string, Partial<PublicAddressProbes>, number, string, string | null]>([
    ['there is none', { provider: 'none' }, 34, 'warning', 'diagnostics.todo.public-address'],
    ['the bridge does not run', { state: null }, 34, 'skipped', null],
    ['it is just being opened', { state: state({ state: 'proving', provenAt: null }) }, 34, 'skipped', null],
    [
      'it fails and may pass',
      { state: failing('tunnel.problem.ssh.closed') },
      34,
      'failed',
      'diagnostics.todo.way-in-wait',
    ],
    [
      'it waits for the owner',
      { state: failing('tunnel.problem.ssh.login', { needsOwner: true }) },
      34,
      'failed',
      'diagnostics.todo.way-in-owner',
    ],
    [
      'its proof is old',
      { state: state({ provenAt: NOW - 30 * MINUTE }) },
      34,
      'warning',
      'diagnostics.todo.way-in-wait',
    ],
    [
      'its token is missing',
      { provider: 'ngrok', missingSecrets: ['BRIDGE_NGROK_TOKEN'], state: null },
      33,
      'failed',
      'diagnostics.todo.way-in-secret',
    ],
    [
      'there was a gap',
      { state: state({ gap: { from: NOW - 30 * MINUTE, to: NOW - 10 * MINUTE, kept: false } }) },
      35,
      'warning',
      'diagnostics.todo.way-in-gap',
    ],
    [
      'a relay kept what came in a gap',
      { state: state({ gap: { from: NOW - 30 * MINUTE, to: NOW - 10 * MINUTE, kept: true } }) },
      35,
      'ok',
      null,
    ],
  ])('say what to do when %s', async (_what, change, id, result, todo) => {
    const found = (await findings(change)).get(id)
    expect([found?.result, found?.todo?.key ?? null]).toEqual([result, todo])
    for (const language of LANGUAGES) {
      for (const words of [found?.detail, found?.todo]) {
        if (words)
          expect(translateAny(language, words.key, words.params)).not.toMatch(/[{}]|diagnostics\.|tunnel\./)
      }
    }
  })
})
