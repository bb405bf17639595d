import { describe, expect, test } from 'vitest'
import { answeredProblem } from '../../../src/main/tunnel/ngrok/errors.ts'
import { type NgrokSdk, ngrokTunnel } from '../../../src/main/tunnel/ngrok/provider.ts'
import type { TunnelChange } from '../../../src/main/tunnel/provider.ts'
import { isTextKey, translateAny } from '../../../src/shared/i18n/index.ts'

const TOKEN = '2fakeFAKEfakeFAKE_secondHalfOfIt99'
const TARGET = { host: '127.0.0.1', port: 4000 }

/** The part of the SDK that is used: sessions that open, fail and break on request. */
function fakeSdk() {
  const sdk = {
    sessions: 0,
    closed: 0,
    options: {} as Record<string, unknown>,
    forwardedTo: '',
    domain: null as string | null,
    connect: async () => {},
    listen: async () => {},
    url: 'https://abc.ngrok-free.app' as string | null,
    /** Returns whether the SDK should connect again. */
    breaks: (_reason: string): boolean => false,
  }
  class SessionBuilder {
    private set(name: string, value: unknown) {
      sdk.options[name] = value
      return this
    }
    authtoken(token: string) {
      return this.set('token', token)
    }
    clientInfo(name: string, version: string) {
      return this.set('client', `${name}/${version}`)
    }
    heartbeatInterval(seconds: number) {
      return this.set('interval', seconds)
    }
    heartbeatTolerance(seconds: number) {
      return this.set('tolerance', seconds)
    }
    handleDisconnection(handler: (address: string, error: string) => boolean) {
      sdk.breaks = (reason) => handler('connect.ngrok-agent.com:443', reason)
      return this
    }
    async connect() {
      await sdk.connect()
      sdk.sessions++
      const endpoint = {
        domain(domain: string) {
          sdk.domain = domain
          return endpoint
        },
        async listenAndForward(url: string) {
          await sdk.listen()
          sdk.forwardedTo = url
          return { url: () => sdk.url }
        },
      }
      return {
        httpEndpoint: () => endpoint,
        async close() {
          sdk.closed++
        },
      }
    }
  }
  return Object.assign(sdk, { SessionBuilder: SessionBuilder as unknown as NgrokSdk['SessionBuilder'] })
}

function scene(options: { domain?: string; token?: string | null } = {}) {
  const sdk = fakeSdk()
  const told: TunnelChange[] = []
  const provider = ngrokTunnel({
    domain: options.domain ?? null,
    token: async () => (options.token === undefined ? TOKEN : options.token),
    version: '1.2.3',
    load: async () => sdk,
  })
  return { sdk, told, provider, start: () => provider.start(TARGET, (change) => told.push(change)) }
}

const failing = (error: Error) => async () => {
  throw error
}

describe('ngrok', () => {
  test("ngrok's address leads to the receiver", async () => {
    const { sdk, start } = scene()
    expect(await start()).toEqual({ ok: true, address: 'https://abc.ngrok-free.app' })
    expect(sdk.forwardedTo).toBe('http://127.0.0.1:4000')
    expect(sdk.options).toMatchObject({ token: TOKEN, client: 'chatra-planfix-bridge/1.2.3' })
    expect(sdk.domain).toBeNull()
  })

  test('ngrok is asked for the reserved domain if there is one', async () => {
    const { sdk, start } = scene({ domain: 'shop.ngrok.app' })
    await start()
    expect(sdk.domain).toBe('shop.ngrok.app')
  })

  test('ngrok is proven more rarely than others: its requests are counted', () => {
    expect(scene().provider.proofEveryMs).toBe(600_000)
  })

  test('ngrok without a token asks for one and does not load its package', async () => {
    for (const token of [null, ' ']) {
      const { sdk, start } = scene({ token })
      expect(await start()).toMatchObject({
        ok: false,
        problem: { retries: false, words: { key: 'tunnel.problem.ngrok.no-token' } },
      })
      expect(sdk.sessions).toBe(0)
    }
  })

  test.each([
    ['ERR_NGROK_107', 'token', false],
    ['ERR_NGROK_105', 'token', false],
    ['ERR_NGROK_108', 'too-many-agents', true],
    ['ERR_NGROK_121', 'too-old', false],
    ['ERR_NGROK_4018', 'token', false],
    ['ERR_NGROK_99999', 'other', true],
  ])('the code %s at the session means %s', async (code, what, retries) => {
    const { sdk, start } = scene()
    const text = `failed to connect session: The authtoken is invalid.\nYour authtoken: ${TOKEN}\n\n${code}`
    sdk.connect = failing(Object.assign(new Error(text), { errorCode: code }))
    const started = await start()
    expect(started).toMatchObject({
      ok: false,
      problem: { retries, words: { key: `tunnel.problem.ngrok.${what}`, params: { code } } },
    })
    expect(JSON.stringify(started)).not.toContain('secondHalfOfIt99')
    expect(JSON.stringify(started)).not.toContain('fakeFAKE')
  })

  test.each([
    ['ERR_NGROK_320', 'domain-of-another', false],
    ['ERR_NGROK_319', 'domain-not-reserved', false],
    ['ERR_NGROK_334', 'domain-in-use', true],
  ])('the code %s at the domain means %s, and the session is closed', async (code, what, retries) => {
    const { sdk, start } = scene({ domain: 'shop.ngrok.app' })
    sdk.listen = failing(new Error(`failed to start listener: no.\n\n${code}`))
    expect(await start()).toMatchObject({
      ok: false,
      problem: {
        retries,
        words: { key: `tunnel.problem.ngrok.${what}`, params: { domain: 'shop.ngrok.app' } },
      },
    })
    expect(sdk.closed).toBe(1)
  })

  test('an ngrok session without an https address is closed and retried', async () => {
    const { sdk, start } = scene()
    sdk.url = null
    expect(await start()).toMatchObject({ ok: false, problem: { retries: true } })
    expect(sdk.closed).toBe(1)
  })

  test('a broken session is in doubt while the SDK reconnects, a closed one is left', async () => {
    const { sdk, told, provider, start } = scene()
    await start()
    expect(sdk.breaks('heartbeat timeout')).toBe(true)
    expect(told).toMatchObject([
      { type: 'doubtful', problem: { words: { key: 'tunnel.problem.ngrok.network' } } },
    ])
    await provider.stop()
    expect(sdk.closed).toBe(1)
    expect(sdk.breaks('closed')).toBe(false)
    expect(told).toHaveLength(1)
  })

  test('ngrok stopped while it connects leaves no session open', async () => {
    const { sdk, provider, start } = scene()
    const connecting = Promise.withResolvers<void>()
    sdk.connect = () => connecting.promise
    const started = start()
    await new Promise(setImmediate)
    await provider.stop()
    connecting.resolve()
    expect(await started).toMatchObject({ ok: false })
    expect([sdk.sessions, sdk.closed]).toEqual([1, 1])
  })

  test('ngrok may be started again after it was stopped', async () => {
    const { sdk, provider, start } = scene()
    await start()
    await provider.stop()
    await provider.stop()
    expect(await start()).toMatchObject({ ok: true })
    expect([sdk.sessions, sdk.closed]).toEqual([2, 1])
  })

  test('a missing native module of ngrok is explained', async () => {
    const provider = ngrokTunnel({
      domain: null,
      token: async () => TOKEN,
      version: '1',
      load: failing(new Error("Cannot find module '@ngrok/ngrok-linux-x64-gnu'\nRequire stack:")),
    })
    const started = await provider.start(TARGET, () => {})
    expect(started).toMatchObject({
      ok: false,
      problem: { retries: false, words: { key: 'tunnel.problem.ngrok.not-installed' } },
    })
  })
})

describe('the real package', () => {
  test('the real package fails at once without a network, and retries', async () => {
    const { default: sdk } = await import('@ngrok/ngrok')
    class Unreachable extends sdk.SessionBuilder {
      constructor() {
        super()
        // Nothing listens at the port "discard".
        this.serverAddr('127.0.0.1:9')
      }
    }
    const provider = ngrokTunnel({
      domain: null,
      token: async () => TOKEN,
      version: '1',
      load: async () => ({ SessionBuilder: Unreachable }) as unknown as NgrokSdk,
    })
    const started = await provider.start(TARGET, () => {})
    expect(started).toMatchObject({
      ok: false,
      problem: { retries: true, words: { key: 'tunnel.problem.ngrok.network' } },
    })
    await provider.stop()
  })
})

test("ngrok's own answer to a visitor is explained", () => {
  expect(answeredProblem('ERR_NGROK_727')).toMatchObject({ key: 'tunnel.problem.ngrok.used-up' })
  expect(answeredProblem('ERR_NGROK_3200')).toMatchObject({ key: 'tunnel.problem.ngrok.offline' })
  expect(answeredProblem('ERR_NGROK_1')).toMatchObject({ key: 'tunnel.problem.ngrok.other' })
  expect([answeredProblem(null), answeredProblem('nonsense')]).toEqual([null, null])
})

test('every meaning has its text', () => {
  for (let code = 100; code < 9000; code++) {
    const words = answeredProblem(`ERR_NGROK_${code}`)
    if (words === null || !isTextKey(words.key)) throw new Error(words?.key)
    expect(translateAny('ru', words.key, words.params)).not.toContain('{')
  }
})
