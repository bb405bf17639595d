import { describe, expect, test } from 'vitest'
import { environmentSecrets, PROGRAM } from '../../../src/main/secrets/environment.ts'
import { memoryOver } from '../../../src/main/secrets/store.ts'
import { exportable } from '../../../src/main/settings/export.ts'
import { createRedactor } from '../../../src/main/settings/redact.ts'
import { secretsIn } from '../../../src/main/settings/secrets-in.ts'
import { type Configuration, parseConfiguration } from '../../../src/shared/config.ts'

function read(input: object): Configuration {
  const parsed = parseConfiguration(input)
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.value
}
const problems = (input: object) => {
  const parsed = parseConfiguration(input)
  return parsed.ok ? [] : parsed.problems
}
const ssh = { host: 'vps.example', user: 'bridge' }

describe('the public address of a configuration', () => {
  test.each([
    ['none without an address', {}, 'none'],
    ['the owner’s own with one', { publicUrl: 'https://a.example' }, 'own'],
    ['what is chosen', { publicUrl: 'https://a.example', tunnel: { provider: 'ngrok' } }, 'ngrok'],
    ['none when that is chosen', { publicUrl: 'https://a.example', tunnel: { provider: 'none' } }, 'none'],
    ['none while the own address is missing', { tunnel: { provider: 'own' } }, 'none'],
  ])('the configured provider is %s', (_what, input, provider) => {
    expect(read(input).tunnel.provider).toBe(provider)
  })

  test('an SSH provider has defaults for all but the server and the user', () => {
    expect(read({ tunnel: { provider: 'ssh', ssh } }).tunnel.ssh).toEqual({
      ...ssh,
      port: 22,
      remoteHost: null,
      remotePort: 0,
      publicUrl: null,
      hostKey: null,
    })
  })

  test.each([
    [{ provider: 'ssh' }, 'tunnel.ssh: must be there with the provider "ssh"'],
    [{ provider: 'relay' }, 'tunnel.relay: must be there with the provider "relay"'],
    [{ provider: 'pigeon' }, /^tunnel\.provider: /],
    [{ provider: 'ssh', ssh: { ...ssh, port: 0 } }, /^tunnel\.ssh\.port: /],
    [{ provider: 'ssh', ssh: { ...ssh, port: 65_536 } }, /^tunnel\.ssh\.port: /],
    [{ provider: 'ssh', ssh: { ...ssh, host: 'https://vps.example' } }, /^tunnel\.ssh\.host: /],
    [{ provider: 'ssh', ssh: { ...ssh, hostKey: 'md5' } }, /^tunnel\.ssh\.hostKey: /],
    [{ provider: 'ssh', ssh: { ...ssh, publicUrl: 'http://a.example' } }, /^tunnel\.ssh\.publicUrl: /],
    [{ provider: 'ssh', ssh: { ...ssh, password: 'x' } }, 'tunnel.ssh.password: unknown key'],
    [{ provider: 'relay', relay: { url: 'ftp://a' } }, /^tunnel\.relay\.url: /],
    [{ provider: 'ngrok', token: 'x' }, 'tunnel.token: unknown key'],
  ])('the configuration %j is refused with its path', (tunnel, problem) => {
    expect(problems({ tunnel })).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ])
  })

  test("the tunnel's configuration survives an export", () => {
    const whole = read({ tunnel: { provider: 'ssh', ssh: { ...ssh, remotePort: 80 }, ngrok: {} } })
    expect(read(JSON.parse(JSON.stringify(exportable(whole))))).toEqual(whole)
  })
})

describe('the secrets of a tunnel provider', () => {
  const environment = {
    BRIDGE_NGROK_TOKEN: ' 2abcDEFghi_jkl ',
    BRIDGE_SSH_KEY: '-----BEGIN OPENSSH PRIVATE KEY-----\nline-one-of-it\nline-two\n-----END',
  }

  test("the tunnel's secrets come from a server's environment", async () => {
    const secrets = environmentSecrets(environment)
    expect(await secrets.get(PROGRAM, 'NGROK_TOKEN')).toBe('2abcDEFghi_jkl')
    expect(await secrets.get(PROGRAM, 'SSH_PASSWORD')).toBeNull()
    expect(secrets.whereToPut(PROGRAM, 'NGROK_TOKEN')).toContain('BRIDGE_NGROK_TOKEN')
  })

  test('typed secrets take precedence over them, until they are deleted', async () => {
    const learned: string[] = []
    const secrets = memoryOver(environmentSecrets(environment), (secret) => learned.push(secret))
    await secrets.set(PROGRAM, 'NGROK_TOKEN', 'typed-token')
    expect(await secrets.get(PROGRAM, 'NGROK_TOKEN')).toBe('typed-token')
    expect(new Set(learned)).toEqual(new Set(['typed-token']))
    await secrets.delete(PROGRAM, 'NGROK_TOKEN')
    expect(await secrets.get(PROGRAM, 'NGROK_TOKEN')).toBe('2abcDEFghi_jkl')
  })

  test("the tunnel's secrets are in no log line, not even an unknown private key", () => {
    const redact = createRedactor(...secretsIn(read({}), environment))
    const line = JSON.stringify({ token: '2abcDEFghi_jkl', key: environment.BRIDGE_SSH_KEY })
    expect(redact(line)).not.toMatch(/2abcDEF|line-one|line-two/)
    const unknown = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----'
    expect(createRedactor()(`failed: ${unknown} here`)).not.toContain('MIIEp')
    expect(createRedactor()('BRIDGE_SSH_PASSWORD=hunter2hunter2')).not.toContain('hunter2')
  })
})
