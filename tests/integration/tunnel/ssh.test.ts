import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { TunnelChange, TunnelProvider } from '../../../src/main/tunnel/provider.ts'
import type { HostKeys, KnownKey } from '../../../src/main/tunnel/ssh/host-key.ts'
import { type SshOptions, type SshSettings, sshTunnel } from '../../../src/main/tunnel/ssh/provider.ts'
import { startReceiver } from '../../../src/main/webhooks/receiver.ts'
import { freePort } from '../../support/free-port.ts'
import { droppingProxy } from '../../support/proxies.ts'
import { hasSshd, isRoot, Sshd } from '../../support/sshd.ts'

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
const atEnd = (end: () => Promise<unknown> | unknown) => void ends.push(end)

async function server(...settings: string[]): Promise<Sshd> {
  const sshd = await Sshd.start(...settings)
  atEnd(() => sshd.stop())
  return sshd
}

/** Replaces the receiver: answers with the hash of the request body, or with many bytes. */
async function inside(): Promise<{ port: number; server: Server }> {
  const bytes = randomBytes(8 * 1024 * 1024)
  const server = createServer((request, answer) => {
    if (request.url === '/big') return void answer.end(bytes)
    const hash = createHash('sha256')
    request.on('data', (chunk: Buffer) => hash.update(chunk))
    request.on('end', () => answer.end(hash.digest('hex')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, server }
}

const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

interface Scene {
  settings?: Partial<SshSettings>
  key?: string | null
  passphrase?: string
  password?: string
  keys?: HostKeys & { pinned: KnownKey | null }
  limits?: SshOptions['limits']
  target?: number
}

function memoryKeys(first: KnownKey | null = null) {
  const keys = {
    pinned: first,
    shown: null as KnownKey | null,
    known: async () => keys.pinned,
    async pin(key: KnownKey) {
      keys.pinned = key
    },
    async refused(key: KnownKey) {
      keys.shown = key
    },
  }
  return keys
}

async function scene(sshd: Sshd, options: Scene = {}) {
  const remotePort = options.settings?.remotePort ?? (await freePort())
  const publicUrl = `http://127.0.0.1:${remotePort}`
  const told: TunnelChange[] = []
  const waiting = new Set<() => void>()
  const keys = options.keys ?? memoryKeys()
  const provider: TunnelProvider = sshTunnel({
    settings: {
      host: '127.0.0.1',
      port: sshd.port,
      user: sshd.user,
      remoteHost: null,
      remotePort,
      publicUrl,
      ...options.settings,
    },
    secrets: async () => ({
      key: options.key === undefined ? sshd.key : options.key,
      passphrase: options.passphrase ?? null,
      password: options.password ?? null,
    }),
    hostKeys: keys,
    ...(options.limits && { limits: options.limits }),
  })
  atEnd(() => provider.stop())
  const port = options.target ?? (await inside()).port
  return {
    provider,
    told,
    keys,
    publicUrl,
    remotePort,
    start: () =>
      provider.start({ host: '127.0.0.1', port }, (change) => {
        told.push(change)
        for (const wake of waiting) wake()
      }),
    /** The next event of the provider. */
    next: () =>
      told.length > 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            waiting.add(resolve)
          }),
  }
}

const refusal = (what: string, retries: boolean) => ({
  ok: false,
  problem: { retries, words: { key: `tunnel.problem.ssh.${what}` } },
})

describe.skipIf(!hasSshd)('a forward through a real OpenSSH server', () => {
  test('a forward leads requests to the receiver, with many bytes unchanged in both directions', async () => {
    const s = await scene(await server())
    expect(await s.start()).toEqual({ ok: true, address: s.publicUrl })
    const sent = randomBytes(8 * 1024 * 1024)
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        fetch(s.publicUrl, { method: 'POST', body: sent }).then((answer) => answer.text()),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 4 }, () => sha(sent)))
    const big = await fetch(`${s.publicUrl}/big`)
    expect((await big.arrayBuffer()).byteLength).toBe(8 * 1024 * 1024)
  })

  test('a forward is closed by stop, and can be opened again by the same provider', async () => {
    const s = await scene(await server())
    await s.start()
    await s.provider.stop()
    await s.provider.stop()
    await expect(fetch(s.publicUrl)).rejects.toThrow()
    expect(await s.start()).toMatchObject({ ok: true })
    expect((await fetch(s.publicUrl)).status).toBe(200)
    expect(s.told).toEqual([])
  })

  test('a forward that is stopped while it opens stays closed', async () => {
    const s = await scene(await server())
    const started = s.start()
    await s.provider.stop()
    expect(await started).toMatchObject({ ok: false })
    await expect(fetch(s.publicUrl)).rejects.toThrow()
  })

  test('a forward accepts a key with a passphrase, and reports unreadable keys', async () => {
    const sshd = await server()
    const key = sshd.newKey('guarded', 'open sesame')
    sshd.allow('guarded')
    const tried = async (options: Scene) => {
      const s = await scene(sshd, options)
      const started = await s.start()
      await s.provider.stop()
      return started
    }
    expect(await tried({ key, passphrase: 'open sesame' })).toMatchObject({ ok: true })
    expect(await tried({ key, passphrase: 'wrong' })).toMatchObject(refusal('passphrase-wrong', false))
    expect(await tried({ key })).toMatchObject(refusal('passphrase-missing', false))
    expect(await tried({ key: 'ssh-ed25519 AAAA me' })).toMatchObject(refusal('key-unreadable', false))
    expect(await tried({ key: sshd.key.replaceAll('\n', '\\n') })).toMatchObject({ ok: true })
    expect(await tried({ key: sshd.key.replaceAll('\n', '\r\n') })).toMatchObject({ ok: true })
  })

  test('a key unknown to the server is refused permanently, and no message contains it', async () => {
    const sshd = await server()
    const key = sshd.newKey('stranger')
    const started = await (await scene(sshd, { key })).start()
    expect(started).toMatchObject(refusal('login', false))
    expect(JSON.stringify(started)).not.toContain(key.split('\n')[2])
    expect(await (await scene(sshd, { key: null })).start()).toMatchObject(refusal('login', false))
  })

  test.skipIf(!isRoot)('a forward accepts a password, and a wrong one is reported', async () => {
    const user = 'bridge-test-user'
    const password = 'correct horse'
    const hash = execFileSync('openssl', ['passwd', '-6', password]).toString().trim()
    const drop = () => {
      try {
        execFileSync('userdel', [user], { stdio: 'ignore' })
      } catch {
        // It does not exist.
      }
    }
    drop()
    execFileSync('useradd', ['-M', '-N', '-d', '/', '-s', '/bin/sh', '-p', hash, user])
    atEnd(drop)
    const sshd = await server('PasswordAuthentication yes')
    const right = await scene(sshd, { settings: { user }, key: null, password })
    expect(await right.start()).toMatchObject({ ok: true })
    expect((await fetch(right.publicUrl)).status).toBe(200)
    const wrong = await scene(sshd, { settings: { user }, key: null, password: 'wrong' })
    const started = await wrong.start()
    expect(started).toMatchObject(refusal('login', false))
  })

  test('a missing or wrong server is reported as temporary', async () => {
    const sshd = await server()
    const nobody = await scene(sshd, { settings: { port: await freePort() } })
    expect(await nobody.start()).toMatchObject(refusal('refused', true))
    const web = await scene(sshd, { settings: { port: (await inside()).port } })
    expect(await web.start()).toMatchObject(refusal('not-ssh', true))
    const unknown = await scene(sshd, { settings: { host: 'no-such-host.invalid' } })
    expect(await unknown.start()).toMatchObject({ ok: false, problem: { retries: true } })
  })

  test('a port in use is named, and used when it is free', async () => {
    const sshd = await server()
    const first = await scene(sshd)
    await first.start()
    const second = await scene(sshd, { settings: { remotePort: first.remotePort } })
    expect(await second.start()).toMatchObject({
      ok: false,
      problem: {
        retries: true,
        words: { key: 'tunnel.problem.ssh.port-taken', params: { port: String(first.remotePort) } },
      },
    })
    await first.provider.stop()
    await expect.poll(async () => (await second.start()).ok, { timeout: 10_000 }).toBe(true)
  })

  test('a server that forbids forwarding is reported', async () => {
    const sshd = await server('AllowTcpForwarding no')
    const s = await scene(sshd, { settings: { remotePort: 0 } })
    expect(await s.start()).toMatchObject(refusal('forward-refused', true))
  })

  test('a killed server is reported, and used again when it is back', async () => {
    const sshd = await server()
    const s = await scene(sshd)
    await s.start()
    await sshd.kill()
    await s.next()
    expect(s.told).toMatchObject([{ type: 'lost', problem: { retries: true } }])
    expect(await s.start()).toMatchObject(refusal('refused', true))
    await sshd.run()
    expect(await s.start()).toMatchObject({ ok: true })
    expect((await fetch(s.publicUrl)).status).toBe(200)
  })
})

describe.skipIf(!hasSshd)('the key of the server', () => {
  test("the server's key is stored at the first connection as OpenSSH shows it", async () => {
    const sshd = await server()
    const s = await scene(sshd)
    await s.start()
    expect(s.keys.pinned).toEqual({ fingerprint: sshd.fingerprint('ed25519'), type: 'ssh-ed25519' })
  })

  test('a changed server key is refused before anything is opened or sent', async () => {
    const sshd = await server()
    const keys = memoryKeys()
    const first = await scene(sshd, { keys })
    await first.start()
    await first.provider.stop()
    const known = sshd.fingerprint('ed25519')
    await sshd.kill()
    sshd.newHostKey('ed25519')
    await sshd.run()
    const shown = sshd.fingerprint('ed25519')
    const again = await scene(sshd, { keys, password: 'never to be sent' })
    expect(await again.start()).toMatchObject({
      ok: false,
      problem: {
        retries: false,
        words: {
          key: 'tunnel.problem.ssh.host-key-changed',
          params: { host: '127.0.0.1', known, shown },
        },
      },
    })
    expect(keys.pinned?.fingerprint).toBe(known)
    expect(keys.shown?.fingerprint).toBe(shown)
    await expect(fetch(again.publicUrl)).rejects.toThrow()
    keys.pinned = keys.shown
    expect(await again.start()).toMatchObject({ ok: true })
  })

  test("a key other than the owner's is refused at the very first connection", async () => {
    const sshd = await server()
    const fingerprint = `SHA256:${'A'.repeat(43)}`
    const s = await scene(sshd, { keys: memoryKeys({ fingerprint, type: null }) })
    expect(await s.start()).toMatchObject(refusal('host-key-changed', false))
  })

  test('a server that gets another type of key has not changed its key', async () => {
    const sshd = await Sshd.start()
    atEnd(() => sshd.stop())
    await sshd.kill()
    sshd.newHostKey('rsa')
    const keys = memoryKeys({ fingerprint: sshd.fingerprint('rsa'), type: 'ssh-rsa' })
    await sshd.run()
    expect(await (await scene(sshd, { keys })).start()).toMatchObject({ ok: true })
  })
})

describe.skipIf(!hasSshd)('an address that the server prints', () => {
  const FORWARDING = 'Forwarding HTTP traffic from https://shop.tunnel.example'
  const unknown = { settings: { publicUrl: null, remotePort: 0 }, limits: { quietMs: 300, printMs: 3_000 } }

  test("a printed address is read from the server's banner", async () => {
    const sshd = await server()
    await sshd.kill()
    await sshd.run(`Banner ${sshd.file('banner', `Welcome!\n${FORWARDING}\n`)}`)
    const s = await scene(sshd, unknown)
    expect(await s.start()).toEqual({ ok: true, address: 'https://shop.tunnel.example' })
  })

  test('a printed address is read from the session, and again when it changes', async () => {
    const sshd = await server()
    const script = `#!/bin/sh
echo 'Docs: https://tunnel.example/docs'; echo '${FORWARDING}'
sleep 1; echo '${FORWARDING.replace('shop', 'other')}'; sleep 60
`
    await sshd.kill()
    await sshd.run(`ForceCommand ${sshd.file('service', script)}`)
    const s = await scene(sshd, unknown)
    expect(await s.start()).toEqual({ ok: true, address: 'https://shop.tunnel.example' })
    await s.next()
    expect(s.told).toEqual([{ type: 'address', address: 'https://other.tunnel.example' }])
  })

  test('a printed address is used when no better one follows, and its absence is reported', async () => {
    const sshd = await server()
    await sshd.kill()
    await sshd.run(
      `ForceCommand ${sshd.file('service', '#!/bin/sh\necho https://alone.tunnel.example; sleep 60\n')}`,
    )
    const s = await scene(sshd, unknown)
    expect(await s.start()).toEqual({ ok: true, address: 'https://alone.tunnel.example' })
    await s.provider.stop()
    await sshd.kill()
    await sshd.run(`ForceCommand ${sshd.file('service', '#!/bin/sh\necho Hello; sleep 60\n')}`)
    const silent = await scene(sshd, { ...unknown, limits: { quietMs: 100, printMs: 500 } })
    expect(await silent.start()).toMatchObject(refusal('no-address', true))
  })
})

describe.skipIf(!hasSshd)('a connection that is only half open', () => {
  test('a silent connection is dead after two unanswered requests', async () => {
    const sshd = await server()
    const proxy = await droppingProxy(sshd.port)
    atEnd(() => proxy.stop())
    const s = await scene(sshd, { settings: { port: proxy.port }, limits: { keepAliveMs: 150 } })
    await s.start()
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(s.told).toEqual([])
    proxy.drop()
    const began = performance.now()
    await s.next()
    expect(s.told).toMatchObject([{ type: 'lost', problem: { words: { key: 'tunnel.problem.ssh.silent' } } }])
    expect(performance.now() - began).toBeLessThan(1_500)
  })

  test('after waking up a dead connection is found within the ping, a live one is kept', async () => {
    const sshd = await server()
    const proxy = await droppingProxy(sshd.port)
    atEnd(() => proxy.stop())
    const s = await scene(sshd, { settings: { port: proxy.port }, limits: { pingMs: 300 } })
    await s.start()
    s.provider.wake?.()
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(s.told).toEqual([])
    expect((await fetch(s.publicUrl)).status).toBe(200)
    proxy.drop()
    const began = performance.now()
    s.provider.wake?.()
    await s.next()
    expect(s.told).toMatchObject([{ type: 'lost' }])
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  test('a sender that never ends its request is disconnected', async () => {
    const receiver = await startReceiver({
      host: '127.0.0.1',
      port: 0,
      connections: () => [],
      accept: async () => {},
      health: () => ({ status: 'ok' }),
      limits: { requestMs: 300 },
    })
    atEnd(() => receiver.stop())
    const s = await scene(await server(), { target: receiver.port })
    await s.start()
    const socket = connect(s.remotePort, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('POST /hooks/a/b/chatra HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{')
    const began = performance.now()
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
    expect(performance.now() - began).toBeLessThan(5_000)
    expect((await fetch(`${s.publicUrl}/healthz`)).status).toBe(200)
  })

  test('a sender that keeps its side open after the receiver ended is disconnected', async () => {
    const { port, server: web } = await inside()
    const s = await scene(await server(), { target: port, limits: { halfOpenMs: 300 } })
    await s.start()
    const socket = connect({ port: s.remotePort, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined)
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await new Promise((resolve) => socket.once('end', resolve))
    const open = () => new Promise<number>((resolve) => web.getConnections((_error, count) => resolve(count)))
    await expect.poll(open, { timeout: 5_000 }).toBe(0)
    socket.destroy()
  })
})
