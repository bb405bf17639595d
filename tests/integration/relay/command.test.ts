import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseRelayOptions } from '../../../src/main/relay/options.ts'
import { pairWithRelay } from '../../../src/main/tunnel/relay/pair.ts'
import { BUILT, build, type Running, startProgram } from '../../crash/processes.ts'
import { authority, good, serverKey } from '../../fixtures/certificates.ts'
import { hook, SECRET } from '../../support/relay.ts'

type Ready = { event: string; public: string; control: string }
let folder: string
beforeAll(() => {
  build()
  folder = mkdtempSync(join(tmpdir(), 'relay-command-'))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PROGRAM = join(BUILT, 'relay.js')
const start = (name: string, ...args: string[]): Promise<Running<Ready>> =>
  startProgram<Ready>([PROGRAM, '--data-dir', join(folder, name), '--port', '0', ...args])

function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args])
  const said = { out: '', err: '' }
  child.stdout.on('data', (data) => {
    said.out += data
  })
  child.stderr.on('data', (data) => {
    said.err += data
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })))
}

test('the relay starts, pairs, lists, unpairs, and stops within five seconds', async () => {
  const relay = await start('whole', '--public', 'https://relay.example/')
  const dir = join(folder, 'whole')
  const { ready } = relay
  expect(ready).toMatchObject({ event: 'ready', public: 'https://relay.example' })
  expect(ready.control).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  expect(statSync(join(dir, 'relay.sqlite')).mode & 0o777).toBe(0o600)

  const pair = await run('pair', '--data-dir', dir)
  const code = /^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/m.exec(pair.out)?.[0] ?? ''
  expect([pair.code, code.length]).toEqual([0, 34])
  const paired = await pairWithRelay({ url: ready.control, code, name: 'Ana’s laptop' })
  if (!paired.ok) throw new Error(paired.problem.detail)
  const listed = await run('pairs', '--data-dir', dir)
  expect(listed.out).toMatch(new RegExp(`^${paired.deviceId} .* Ana’s laptop\n$`))
  expect(await run('unpair', 'nobody', '--data-dir', dir)).toMatchObject({ code: 1, out: '' })
  expect(await run('unpair', paired.deviceId, '--data-dir', dir)).toMatchObject({ code: 0 })
  expect((await run('pairs', '--data-dir', dir)).out).toMatch(/No computer/)

  expect(await hook(ready.control, '{}')).toEqual({ status: 404, text: '' })
  const second = await run('--data-dir', dir, '--port', '0')
  expect(second).toMatchObject({ code: 1, err: expect.stringContaining('another relay is already running') })
  const begun = performance.now()
  await relay.end('SIGTERM')
  expect([relay.child.exitCode, performance.now() - begun < 5_000]).toEqual([0, true])
  const said = relay.complaints()
  for (const secret of [code, paired.key, SECRET]) expect(said).not.toContain(secret)
})

test('the relay serves https with a certificate of its own', async () => {
  writeFileSync(join(folder, 'cert.pem'), good)
  writeFileSync(join(folder, 'key.pem'), serverKey)
  const files = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')]
  const relay = await start('tls', ...files)
  expect(relay.ready.control).toMatch(/^https:/)
  const answer = await new Promise((resolve, reject) => {
    const asked = request(`${relay.ready.control}/healthz`, { ca: authority, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject).end()
  })
  expect(answer).toBe(200)
  // The relay can be reached, and this computer does not trust its certificate.
  const paired = await pairWithRelay({
    url: relay.ready.control,
    name: '',
    code: '0123-4567-89AB-CDEF-GHJK-MNPQ-RSNP',
  })
  expect(paired).toMatchObject({
    problem: { words: { key: 'wizard.problem.network.certificate-untrusted' } },
  })
  await relay.end()
})

describe('errors are explained', () => {
  test.each([
    [['--port', 'x'], 2, '--port must be a number'],
    [['--public', 'http://relay.example'], 2, '--public must be an https address'],
    [['--tls-cert', 'a.pem'], 2, 'belong together'],
    [['--max-events', '0'], 2, '--max-events must be a number'],
    [['nonsense'], 2, 'there is no command'],
    [['unpair'], 2, 'needs the ID'],
    [['--tls-cert', '/nowhere/a.pem', '--tls-key', '/nowhere/b.pem'], 1, 'no such file'],
    [['--proxy', 'proxy.example'], 1, '--proxy: "proxy.example" is not an address'],
    [['pair'], 1, 'no relay has run on'],
  ] as const)('%s', async (args, code, text) => {
    const answer = await run(...args, '--data-dir', join(folder, `wrong-${code}-${args[0]}`))
    expect(answer).toMatchObject({ code, out: '', err: expect.stringContaining(text) })
    expect(answer.err).not.toMatch(/^\s+at /m)
  })

  test('a port in use is reported', async () => {
    const relay = await start('first')
    const port = new URL(relay.ready.control).port
    const answer = await run('--data-dir', join(folder, 'second'), '--port', port)
    expect(answer).toMatchObject({ code: 1, err: expect.stringContaining('the port is used') })
    await relay.end()
  })
})

test('the defaults are those of docs/relay.md', () => {
  expect(parseRelayOptions('1.2.3', [])).toEqual({
    dataDir: undefined,
    command: {
      name: 'run',
      port: 8787,
      host: '127.0.0.1',
      publicUrl: null,
      tls: null,
      proxies: [],
      quota: { events: 50_000, bytes: 500 * 1024 * 1024 },
      keepDays: 14,
    },
  })
  expect(parseRelayOptions('1.2.3', ['--help'])).toMatchObject({
    show: expect.stringContaining('--keep-days N'),
  })
  expect(parseRelayOptions('1.2.3', ['--version'])).toEqual({ show: 'bridge-relay 1.2.3\n' })
})
