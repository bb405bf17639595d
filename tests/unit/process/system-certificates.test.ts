import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trustSystemCertificates } from '../../../src/main/process/system-certificates.ts'

const TRUST = join(import.meta.dirname, '../../../src/main/process/system-certificates.ts')
const ROOT = join(import.meta.dirname, '../../..')
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.runIf(process.platform === 'linux' && hasOpenssl)('a certificate of the company', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trust-'))
  const at = (name: string) => join(folder, name)
  beforeAll(() => {
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', at('key.pem'), '-out', at('cert.pem')],
    ])
    expect(String(made.stderr)).toBeTruthy()
    expect(made.status).toBe(0)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** A call by axios to a server with that certificate, which only the system trusts (SSL_CERT_FILE). */
  const called = (before: string, flags: string[] = []) =>
    spawnSync(
      process.execPath,
      [
        ...flags,
        '--input-type=module',
        '-e',
        `import { readFileSync } from 'node:fs'
        import { createServer } from 'node:https'
        import axios from 'axios'
        import { trustSystemCertificates } from ${JSON.stringify(TRUST)}
        const read = (name) => readFileSync(${JSON.stringify(folder)} + '/' + name)
        const server = createServer({ key: read('key.pem'), cert: read('cert.pem') }, (_q, a) => a.end('here'))
        server.listen(0, async () => {
          ${before}
          const url = 'https://localhost:' + server.address().port
          process.stdout.write(await axios.get(url, { proxy: false }).then(({ data }) => data, ({ code }) => code))
          process.exit(0)
        })`,
      ],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, SSL_CERT_FILE: at('cert.pem') } },
    ).stdout

  test("an office's certificate is refused by the bundled ones, and valid with the system's", () => {
    expect(called('')).toMatch(/SELF_SIGNED/)
    expect(called('trustSystemCertificates({ warn() {} })')).toBe('here')
    expect(called('trustSystemCertificates({ warn() {} })', ['--use-system-ca'])).toBe('here')
  })
})

test('a Node that trusts the system already is not told again', () => {
  const asked: unknown[] = []
  const trust = {
    getCACertificates: (kind: unknown) => [String(asked.push(kind))],
    setDefaultCACertificates: (all: unknown) => void asked.push(all),
  }
  const log = { warn: () => undefined }
  trustSystemCertificates(log, trust, ['--heap-growing-percent=10', '--use-system-ca'])
  expect(asked).toEqual([])
  trustSystemCertificates(log, trust, ['--heap-growing-percent=10'])
  expect(asked).toHaveLength(3)
})

test('without certificates of the system, the bundled ones remain valid', () => {
  const warned: string[] = []
  const set: unknown[] = []
  trustSystemCertificates(
    { warn: (_fields: object, text: string) => void warned.push(text) },
    {
      getCACertificates(kind) {
        if (kind === 'system') throw new Error('no such store')
        return ['a']
      },
      setDefaultCACertificates: (all) => void set.push(all),
    },
  )
  expect([warned.length, set]).toEqual([1, []])
})
