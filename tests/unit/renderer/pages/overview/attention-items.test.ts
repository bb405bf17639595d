import { describe, expect, it } from 'vitest'
import { dayStartsUntil } from '../../../../../src/renderer/components/days.ts'
import { attentionItemsOf } from '../../../../../src/renderer/pages/overview/attention-items.ts'
import type { AppState, ConnectionState } from '../../../../../src/shared/api/state.ts'
import { isTextKey } from '../../../../../src/shared/i18n/index.ts'

const none = {
  received: 0,
  queued: 0,
  sending: 0,
  retrying: 0,
  uncertain: 0,
  delivered: 0,
  failed: 0,
  skipped: 0,
}
const connection = (change: Partial<ConnectionState> = {}): ConnectionState => ({
  id: 'shop',
  name: 'shop.example',
  enabled: true,
  demo: false,
  missing: [],
  carriedBy: null,
  chatra: { state: 'ok' },
  planfix: { state: 'ok' },
  planfixWebUrl: 'https://shop.planfix.com',
  budget: {
    remaining: null,
    usedToday: 0,
    resetAt: null,
    limit: null,
    renewedAt: 0,
    reservedForClients: 0,
    isReserveOnly: false,
    pollEveryMs: 5000,
  },
  counts: { 'to-planfix': none, 'to-chatra': none },
  settling: 0,
  heard: { chatra: null, planfix: null, 'planfix-chat': null },
  receivedEvents: { chatStarted: null, chatFragment: null, chatTranscript: null },
  everybodyMayAnswer: false,
  keepsWhilePausedDays: 7,
  ...change,
})
const state = (connections: ConnectionState[], address: AppState['publicAddress']['state'] = 'proven') =>
  ({
    keychainTrouble: null,
    connections,
    publicAddress: {
      provider: 'own',
      address: 'https://x.example',
      state: address,
      provenAt: 1,
      problem: null,
    },
  }) as AppState

const keys = (app: AppState) => attentionItemsOf(app).map((concern) => concern.text.key)

it('the end of a pause is shown where the service names it', () => {
  const side = (until: number) =>
    ({ state: 'waiting', code: 'rate-limited', since: 500, until, detail: '' }) as const
  const told = (until: number) =>
    attentionItemsOf({ ...state([connection({ planfix: side(until) })]), time: 1000 } as AppState).map(
      (one) => [one.text.key, one.until],
    )
  expect(told(5000)).toEqual([['overview.wait-until.planfix', 5000]])
  expect(told(900)).toEqual([['error.planfix.rate-limited', undefined]])
  expect(isTextKey('overview.wait-until.planfix') && isTextKey('overview.wait-until.chatra')).toBe(true)
})

describe('items that need the owner', () => {
  it('there are no items when everything works', () => {
    expect(attentionItemsOf(state([connection()]))).toEqual([])
  })

  it('a key requested on the same page is no item, nor is its address', () => {
    const without = { ...state([connection({ missing: ['planfix-token', 'webhook-secret'] })]) }
    without.keychainTrouble = { code: 'locked', detail: '' }
    expect(keys(without)).toEqual([])
    without.connections = [connection({ missing: ['webhook-secret'] })]
    expect(keys(without)).toEqual(['overview.missing.webhook-secret'])
  })

  it('a missing key is one item, without the side that fails for it', () => {
    const paused = { state: 'paused', code: 'wrong-keys', since: 7, until: 0, detail: '' } as const
    expect(keys(state([connection({ missing: ['chatra-secret-key'], chatra: paused })]))).toEqual([
      'overview.missing.chatra-secret-key',
    ])
  })

  it('a refused token, of the chat too, leads to the settings of its connection', () => {
    for (const code of ['wrong-keys', 'missing-scope', 'wrong-chat-token']) {
      const planfix = { state: 'paused', code, since: 7, until: 0, detail: '' } as const
      const one = connection({ planfix })
      expect(attentionItemsOf(state([one]))).toMatchObject([
        { text: { key: `error.planfix.${code}` }, action: { href: `/settings/${one.id}` } },
      ])
    }
    expect(keys(state([connection({ missing: ['planfix-chat-token'] })]))).toEqual([
      'overview.missing.planfix-chat-token',
    ])
  })

  it('a connection that is off is one item: what happens to messages, and the button that turns it on', () => {
    const paused = { state: 'paused', code: 'wrong-keys', since: 7, until: 0, detail: '' } as const
    const off = connection({ enabled: false, chatra: paused })
    expect(attentionItemsOf(state([off], 'none'))).toMatchObject([
      {
        tone: 'attention',
        text: { key: 'verdict.off', params: { name: 'shop.example', count: 7 } },
        action: { do: 'turn-on', connectionId: 'shop' },
      },
    ])
    expect(attentionItemsOf(state([{ ...off, keepsWhilePausedDays: 0 }]))).toMatchObject([
      { tone: 'bad', text: { key: 'verdict.off-lossy' } },
    ])
  })

  it('what stops every message comes first, then what waits, then single messages', () => {
    const counts = { 'to-planfix': none, 'to-chatra': { ...none, uncertain: 2, failed: 1 } }
    const waiting = { state: 'waiting', code: 'unreachable', since: 7, until: 5, detail: '' } as const
    const app = state([connection({ counts, planfix: waiting })], 'failing')
    expect(keys({ ...app, time: 6 })).toEqual([
      'overview.address.failing',
      'error.planfix.unreachable',
      'overview.stuck.failed',
      'overview.stuck.uncertain',
    ])
  })

  it('an unclear message is not the owner’s work while its echo may still come', () => {
    const counts = { 'to-planfix': none, 'to-chatra': { ...none, uncertain: 2 } }
    expect(keys(state([connection({ counts, settling: 2 })]))).toEqual([])
    expect(attentionItemsOf(state([connection({ counts, settling: 1 })]))).toMatchObject([
      { text: { key: 'overview.stuck.uncertain', params: { count: 1 } } },
    ])
  })

  it('what waits says since when and when it is tried again, and can be tried now', () => {
    const limit = { state: 'paused', code: 'daily-limit', since: 7, until: 90, detail: '' } as const
    expect(attentionItemsOf({ ...state([connection({ planfix: limit })]), time: 50 })).toMatchObject([
      { tone: 'wait', since: 7, next: 90, action: { do: 'try', connectionId: 'shop' } },
    ])
    const unpaid = { ...limit, code: 'unpaid' } as const
    expect(attentionItemsOf({ ...state([connection({ planfix: unpaid })]), time: 50 })).toMatchObject([
      { tone: 'bad', action: { do: 'try', connectionId: 'shop' } },
    ])
  })

  it('the public address is an item only where real chats are expected', () => {
    expect(keys(state([connection()], 'none'))).toEqual(['overview.address.none'])
    expect(keys(state([connection({ demo: true })], 'none'))).toEqual([])
    expect(
      keys(state([connection({ heard: { chatra: 5, planfix: null, 'planfix-chat': null } })], 'none')),
    ).toEqual([])
  })

  describe('items of the public address', () => {
    const now = 100 * 60_000
    const failing = (change: Partial<AppState['publicAddress']>) => {
      const app = state([connection()], 'failing')
      const publicAddress = { ...app.publicAddress, lostAt: null, needsOwner: false, ...change }
      return attentionItemsOf({ ...app, time: now, publicAddress } as AppState).map(({ tone, text }) => [
        tone,
        text,
      ])
    }
    const login = { problem: 'tunnel.problem.ssh.login', problemParams: { host: 'a.example', user: 'me' } }
    const text = {
      key: 'tunnel.problem.ssh.login',
      params: { host: 'a.example', user: 'me', address: 'https://x.example' },
    }

    it('a public address that waits for the owner is severe and names its problem', () => {
      expect(failing({ ...login, needsOwner: true, lostAt: now - 1000 })).toEqual([['bad', text]])
    })

    it('a lost address that is retried is only a notice, until it takes too long', () => {
      expect(failing({ ...login, lostAt: now - 9 * 60_000 })).toEqual([['wait', text]])
      expect(failing({ ...login, lostAt: now - 10 * 60_000 })).toEqual([['bad', text]])
    })

    it('an address that never worked is severe', () => {
      expect(failing({ ...login, retryAt: now + 1000 })).toEqual([['bad', text]])
      expect(failing({ problem: null, problemParams: {} })).toMatchObject([
        ['bad', { key: 'overview.address.failing' }],
      ])
    })
  })

  it('all items use existing texts', () => {
    const counts = { 'to-planfix': { ...none, failed: 1, uncertain: 1 }, 'to-chatra': none }
    const all = [
      ...(['chatra-secret-key', 'planfix-token', 'webhook-secret'] as const).map((what) =>
        connection({ missing: [what] }),
      ),
      connection({ counts }),
    ]
    const found = [
      ...keys(state(all, 'none')),
      ...attentionItemsOf(state(all)).flatMap(({ action }) => (action?.do === 'open' ? [action.label] : [])),
    ]
    expect(found.filter((key) => !isTextKey(key))).toEqual([])
  })
})

describe('the days of the chart', () => {
  it("the chart's days begin at midnight, today last, also over a clock change", () => {
    const now = new Date(2026, 3, 2, 15, 30).getTime()
    const starts = dayStartsUntil(now, 30)
    expect(starts).toHaveLength(30)
    expect(starts.map((time) => new Date(time).getHours())).toEqual(Array(30).fill(0))
    expect(new Date(starts[29]!).getDate()).toBe(2)
    expect(new Date(starts[0]!).getDate()).toBe(4)
  })
})
