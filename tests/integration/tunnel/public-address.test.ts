import { afterEach, describe, expect, test } from 'vitest'
import { storedAddress } from '../../../src/main/ingress/stored-address.ts'
import { PROGRAM } from '../../../src/main/secrets/environment.ts'
import { translate } from '../../../src/shared/i18n/index.ts'
import { freePort } from '../../support/free-port.ts'
import { type Bridge, openBridge } from '../../support/open-bridge.ts'
import { droppingProxy } from '../../support/proxies.ts'
import { refusal, value } from '../../support/setup-harness.ts'
import { hasSshd, Sshd } from '../../support/sshd.ts'

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
const atEnd = <T extends { stop(): Promise<void> }>(one: T): T => {
  ends.push(() => one.stop())
  return one
}

const SECRET = 'right-secret-0123456789'
const CONNECTION = {
  id: 'shop',
  name: 'shop.example',
  chatra: { publicKey: 'PUBLIC' },
  planfix: { baseUrl: 'https://shop.planfix.com/rest' },
  webhookSecret: SECRET,
}
const bridgeWith = async (input: object = {}, speed = 1) =>
  atEnd(await openBridge({ connections: [CONNECTION], ...input }, speed))

const portOf = (bridge: Bridge) => Number(new URL(bridge.application.hooksUrl).port)
const address = (bridge: Bridge) => bridge.application.publicAddress
const until = (bridge: Bridge, state: string, timeout = 10_000) =>
  expect.poll(() => address(bridge).state, { timeout, interval: 20 }).toBe(state)
const settingsWith = async (bridge: Bridge, change: object) => ({
  ...(await value(bridge.call('tunnel.get', {}))).settings,
  ...change,
})
const keysOf = async (bridge: Bridge) => (await bridge.events()).map(({ key }) => key)

describe('an address of the owner’s own', () => {
  test('a static address is proven when it is saved, and used for pasting', async () => {
    const bridge = await bridgeWith()
    const proxy = atEnd(await droppingProxy(portOf(bridge)))
    expect(address(bridge)).toMatchObject({ provider: 'none', state: 'none' })
    const settings = await settingsWith(bridge, { provider: 'own', own: { address: `${proxy.url}/healthz` } })
    await value(bridge.call('tunnel.save', { settings }))
    await until(bridge, 'proven')
    expect(address(bridge)).toMatchObject({ provider: 'own', address: proxy.url })
    const pasted = await value(bridge.call('connection.addresses', { id: 'shop' }))
    expect(pasted).toEqual({
      public: true,
      chatra: `${proxy.url}/hooks/shop/${SECRET}/chatra`,
      planfix: `${proxy.url}/hooks/shop/${SECRET}/planfix`,
    })
    expect((await value(bridge.call('state.get', {}))).publicAddress.state).toBe('proven')
  })

  test('a static address that fails is noticed after a network change, and the gap reported', async () => {
    const bridge = await bridgeWith({}, 60)
    const proxy = await droppingProxy(portOf(bridge))
    await value(bridge.call('setup.publicAddress', { address: proxy.url }))
    await until(bridge, 'proven')
    await proxy.stop()
    await bridge.application.wake()
    await until(bridge, 'failing')
    expect(address(bridge)).toMatchObject({ problem: 'settings.address.problem.refused', needsOwner: false })
    const lostAt = address(bridge).lostAt
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const back = atEnd(await droppingProxy(portOf(bridge)))
    await value(bridge.call('setup.publicAddress', { address: back.url }))
    await until(bridge, 'proven')
    expect(lostAt).not.toBeNull()
    await expect
      .poll(async () => (await keysOf(bridge)).toSorted(), { timeout: 5_000 })
      .toEqual(['event.address-changed', 'event.address-gap'])
    expect(address(bridge).gap).toMatchObject({ from: lostAt, kept: false })
  })

  test('a changed address is reported at once in three languages, without a secret', async () => {
    const bridge = await bridgeWith()
    const [first, second] = [
      atEnd(await droppingProxy(portOf(bridge))),
      atEnd(await droppingProxy(portOf(bridge))),
    ]
    await value(bridge.call('setup.publicAddress', { address: first.url }))
    await until(bridge, 'proven')
    expect(await keysOf(bridge)).toEqual([])
    await value(bridge.call('setup.publicAddress', { address: second.url }))
    await expect.poll(() => keysOf(bridge), { timeout: 5_000 }).toEqual(['event.address-changed'])
    const [event] = await bridge.events()
    expect(event).toMatchObject({
      level: 'error',
      params: {
        old: `127.0.0.1:${first.port}`,
        new: `127.0.0.1:${second.port}`,
        connections: 'shop.example',
      },
    })
    expect(JSON.stringify(event)).not.toContain(SECRET)
    for (const language of ['en', 'ro', 'ru'] as const) {
      const text = translate(language, 'event.address-changed', event?.params)
      expect(text).toContain(`127.0.0.1:${second.port}`)
      expect(text).not.toMatch(/[{}]/)
    }
  })

  test('the public address is stored for a doctor that runs beside the bridge', async () => {
    const bridge = await bridgeWith()
    const proxy = atEnd(await droppingProxy(portOf(bridge)))
    await value(bridge.call('setup.publicAddress', { address: proxy.url }))
    await until(bridge, 'proven')
    await expect
      .poll(async () => (await storedAddress(bridge.application.store))?.state.state, { timeout: 5_000 })
      .toBe('proven')
    expect((await storedAddress(bridge.application.store))?.usable).toBe(proxy.url)
  })

  test("a static address can be removed, and other providers' settings are kept", async () => {
    const bridge = await bridgeWith({
      publicUrl: 'https://a.example',
      tunnel: { provider: 'none', ngrok: { domain: 'shop.ngrok.app' } },
    })
    expect(address(bridge).provider).toBe('none')
    await value(bridge.call('setup.publicAddress', { address: bridge.application.hooksUrl }))
    await until(bridge, 'proven')
    await value(bridge.call('settings.save', { settings: { publicUrl: null } }))
    expect(address(bridge)).toMatchObject({ provider: 'none', state: 'none', address: null })
    expect((await value(bridge.call('tunnel.get', {}))).settings.ngrok.domain).toBe('shop.ngrok.app')
    expect(bridge.application.publicUrl).toBeNull()
  })
})

describe('settings are checked when they are saved', () => {
  test.each([
    [{ provider: 'own', own: { address: '' } }, 'own.address'],
    [{ provider: 'own', own: { address: '192.168.1.7' } }, 'own.address'],
    [{ provider: 'ssh' }, 'ssh.host'],
    [{ provider: 'ssh', ssh: { host: 'a b' } }, 'ssh.host'],
    [{ provider: 'ssh', ssh: { host: 'a.example', user: '' } }, 'ssh.user'],
    [{ provider: 'ssh', ssh: { port: 70_000 } }, 'ssh.port'],
    [{ provider: 'ssh', ssh: { remotePort: 1.5 } }, 'ssh.remotePort'],
    [{ provider: 'ssh', ssh: { publicUrl: 'http://a.example' } }, 'ssh.publicUrl'],
    [{ provider: 'ssh', ssh: { hostKey: 'aa:bb' } }, 'ssh.hostKey'],
    [{ provider: 'relay' }, 'relay.url'],
    [{ provider: 'ngrok' }, 'ngrokToken'],
    [{ provider: 'ngrok', ngrok: { domain: 'a b' } }, 'ngrok.domain'],
  ])('%j is refused at %s, and nothing is changed', async (change, field) => {
    const bridge = await bridgeWith()
    const before = await value(bridge.call('tunnel.get', {}))
    const ssh = { ...before.settings.ssh, host: 'a.example', user: 'me', ...(change as { ssh?: object }).ssh }
    const typed = change.provider === 'ssh' && !('ssh' in change) ? before.settings.ssh : ssh
    const secrets = 'ngrok' in change ? { ngrokToken: '2abcdefGHI_jklmnop' } : {}
    const settings = { ...before.settings, ...change, ssh: typed } as typeof before.settings
    const refused = await refusal(bridge.call('tunnel.save', { settings, secrets }))
    expect(refused).toMatchObject({ code: 'invalid', field })
    expect((await value(bridge.call('tunnel.get', {}))).settings).toEqual(before.settings)
  })

  test('a token with a space and an unreadable key are refused at their fields', async () => {
    const bridge = await bridgeWith()
    const { settings } = await value(bridge.call('tunnel.get', {}))
    const save = (secrets: object) => refusal(bridge.call('tunnel.save', { settings, secrets }))
    expect(await save({ ngrokToken: 'a b' })).toMatchObject({ field: 'ngrokToken' })
    expect(await save({ sshKey: 'nonsense' })).toMatchObject({ field: 'sshKey' })
    expect((await value(bridge.call('tunnel.get', {}))).has).toEqual({
      ngrokToken: false,
      sshKey: false,
      sshPassphrase: false,
      sshPassword: false,
      relayKey: false,
    })
  })

  test('secrets are stored separately, never shown, and deleted when emptied', async () => {
    const bridge = await bridgeWith()
    const { settings } = await value(bridge.call('tunnel.get', {}))
    const kept = await value(
      bridge.call('tunnel.save', { settings, secrets: { sshPassword: 'hunter2-hunter2', ngrokToken: null } }),
    )
    expect(kept.has).toMatchObject({ sshPassword: true, ngrokToken: false })
    expect(JSON.stringify([kept, await value(bridge.call('settings.export', {}))])).not.toContain('hunter2')
    expect(await bridge.secrets.get(PROGRAM, 'SSH_PASSWORD')).toBe('hunter2-hunter2')
    const empty = await value(bridge.call('tunnel.save', { settings, secrets: { sshPassword: '' } }))
    expect(empty.has.sshPassword).toBe(false)
  })

  test('pairing with a missing relay fails, and changes nothing', async () => {
    const bridge = await bridgeWith()
    const url = `http://127.0.0.1:${await freePort()}`
    const refused = await refusal(bridge.call('tunnel.pair', { address: url, code: 'nonsense' }))
    expect(refused.code).toBe('service')
    expect((await value(bridge.call('tunnel.get', {}))).settings.provider).toBe('none')
  })
})

describe.skipIf(!hasSshd)('a bridge behind an SSH server', () => {
  async function behind(sshd: Sshd, speed = 1) {
    const remotePort = await freePort()
    const publicUrl = `http://127.0.0.1:${remotePort}`
    const bridge = await bridgeWith({}, speed)
    const { settings } = await value(bridge.call('tunnel.get', {}))
    const ssh = {
      ...settings.ssh,
      host: '127.0.0.1',
      port: sshd.port,
      user: sshd.user,
      remotePort,
      publicUrl,
    }
    const save = (secrets: object = {}) =>
      bridge.call('tunnel.save', { settings: { ...settings, provider: 'ssh', ssh }, secrets })
    return { bridge, publicUrl, save }
  }
  const hook = (publicUrl: string) => `${publicUrl}/hooks/shop/${SECRET}/planfix`
  const post = (url: string) =>
    fetch(url, { method: 'POST', body: '{"task":1}' }).then(
      ({ status }) => status,
      () => 0,
    )

  test('an SSH tunnel is proven, accepts webhooks, and recovers with the server', async () => {
    const sshd = atEnd(await Sshd.start())
    const { bridge, publicUrl, save } = await behind(sshd)
    await value(save({ sshKey: sshd.key }))
    await until(bridge, 'proven')
    expect(address(bridge)).toMatchObject({ provider: 'ssh', address: publicUrl })
    expect(await post(hook(publicUrl))).toBe(200)
    expect(bridge.application.webhookTimes('shop').planfix).not.toBeNull()
    const view = await value(bridge.call('tunnel.get', {}))
    expect(view.hostKey.pinned?.fingerprint).toBe(sshd.fingerprint('ed25519'))
    expect(view.has.sshKey).toBe(true)

    await sshd.kill()
    await until(bridge, 'failing')
    expect(await post(hook(publicUrl))).toBe(0)
    // Links that were sent stay the same while it is unreachable for a moment.
    expect(bridge.application.publicUrl).toBe(publicUrl)
    await sshd.run()
    const back = performance.now()
    await bridge.application.wake()
    await until(bridge, 'proven')
    expect(performance.now() - back).toBeLessThan(3_000)
    expect(await post(hook(publicUrl))).toBe(200)
  })

  test('a changed server key waits for the owner, and works when it is accepted', async () => {
    const sshd = atEnd(await Sshd.start())
    const { bridge, save } = await behind(sshd)
    await value(save({ sshKey: sshd.key }))
    await until(bridge, 'proven')
    const known = sshd.fingerprint('ed25519')
    await sshd.kill()
    sshd.newHostKey('ed25519')
    await sshd.run()
    const shown = sshd.fingerprint('ed25519')
    await expect.poll(() => address(bridge).needsOwner, { timeout: 10_000 }).toBe(true)
    expect(address(bridge)).toMatchObject({
      problem: 'tunnel.problem.ssh.host-key-changed',
      problemParams: { known, shown },
      retryAt: null,
    })
    const view = await value(bridge.call('tunnel.get', {}))
    expect([view.hostKey.pinned?.fingerprint, view.hostKey.refused?.fingerprint]).toEqual([known, shown])
    expect(await refusal(bridge.call('tunnel.trustHostKey', { fingerprint: known }))).toMatchObject({
      code: 'conflict',
    })
    await value(bridge.call('tunnel.trustHostKey', { fingerprint: shown }))
    await until(bridge, 'proven')
    expect((await value(bridge.call('tunnel.get', {}))).hostKey.refused).toBeNull()
  })

  test('an SSH tunnel tries at once on request, and with a corrected key', async () => {
    const sshd = atEnd(await Sshd.start())
    const { bridge, save } = await behind(sshd)
    await value(save({ sshKey: sshd.newKey('stranger') }))
    await until(bridge, 'failing')
    expect(address(bridge)).toMatchObject({ problem: 'tunnel.problem.ssh.login', needsOwner: true })
    sshd.allow('stranger')
    expect(await value(bridge.call('tunnel.prove', {}))).toMatchObject({ state: 'proven' })
    const log = bridge.logged.join('\n')
    expect(log).toContain('tunnel: open at')
    expect(log).not.toContain('PRIVATE KEY')
  })

  test('an SSH tunnel remembers its address over a restart', async () => {
    const sshd = atEnd(await Sshd.start())
    const { bridge, publicUrl, save } = await behind(sshd)
    await value(save({ sshKey: sshd.key }))
    await until(bridge, 'proven')
    await sshd.kill()
    await bridge.restart()
    expect(bridge.application.publicUrl).toBe(publicUrl)
    expect(address(bridge).lostAt).not.toBeNull()
    await sshd.run()
    await bridge.application.wake()
    await until(bridge, 'proven')
    expect(await keysOf(bridge)).toEqual([])
  })

  test('an SSH connection that the network swallows is found dead and reopened', async () => {
    const sshd = atEnd(await Sshd.start())
    const proxy = atEnd(await droppingProxy(sshd.port))
    const { bridge, publicUrl, save } = await behind(sshd)
    await value(save({ sshKey: sshd.key }))
    await until(bridge, 'proven')
    const { settings } = await value(bridge.call('tunnel.get', {}))
    // Through the proxy it counts as another server, whose key is stored separately.
    const remotePort = await freePort()
    const ssh = { ...settings.ssh, port: proxy.port, remotePort, publicUrl: `http://127.0.0.1:${remotePort}` }
    await value(bridge.call('tunnel.save', { settings: { ...settings, ssh }, secrets: {} }))
    await expect.poll(() => address(bridge).address, { timeout: 5_000 }).not.toBe(publicUrl)
    await until(bridge, 'proven')
    proxy.drop()
    await bridge.application.wake()
    await expect.poll(() => address(bridge).state, { timeout: 8_000, interval: 5 }).toBe('failing')
    expect(bridge.logged.join('\n')).toMatch(/not open: ssh: no answer after waking up|port/)
  })
})
