import { describe, expect, test } from 'vitest'
import { checkedFeed, createCaller } from '../../../src/main/api/dispatcher.ts'
import { storeUnavailable } from '../../../src/main/store/errors.ts'
import type { Handlers, Push } from '../../../src/shared/api.ts'
import { appState, recordedFeed, recordedLog, statePush } from './values.ts'

const TRUSTED = { trusted: true }

function callerWith(handlers: Partial<Record<keyof Handlers, (args: never) => unknown>>) {
  const { log, lines } = recordedLog()
  return { caller: createCaller({ handlers: handlers as unknown as Handlers, log }), lines }
}

describe('a call', () => {
  test('a call reaches its handler with validated arguments and results', async () => {
    const { caller, lines } = callerWith({
      'log.retry': ({ id }: { id: number }) => ({ ok: true, value: { id } }),
    })
    // `log.retry` has no value in the contract, so the handler's extra value is not returned.
    expect(await caller.call(TRUSTED, 'log.retry', { id: 7 })).toEqual({ ok: true, value: {} })
    expect(lines).toEqual([])
  })

  test('a call passes an expected refusal on unchanged', async () => {
    const refusal = {
      ok: false,
      error: { code: 'not-found', message: { key: 'k', params: {} }, field: null, detail: null },
    }
    const { caller } = callerWith({ 'log.retry': () => refusal })
    expect(await caller.call(TRUSTED, 'log.retry', { id: 7 })).toEqual(refusal)
  })

  test("a stranger's call reaches no handler", async () => {
    const { caller } = callerWith({
      'state.get': () => {
        throw new Error('was reached')
      },
    })
    expect(await caller.call({ trusted: false }, 'state.get', {})).toMatchObject({
      ok: false,
      error: { code: 'no-access' },
    })
  })

  test.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'state.get ',
    'STATE.GET',
    '',
    null,
    undefined,
    7,
    ['state.get'],
    { toString: () => 'state.get' },
    'hunter2-is-my-password',
  ])('a call with an unknown name (%j) is refused', async (name) => {
    const { caller, lines } = callerWith({ 'state.get': () => ({ ok: true, value: appState() }) })
    expect(await caller.call(TRUSTED, name, {})).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('hunter2')
  })

  test('a call with invalid arguments names the field, and logs no values', async () => {
    const { caller, lines } = callerWith({ 'connection.secrets': () => ({ ok: true, value: {} }) })
    const answer = await caller.call(TRUSTED, 'connection.secrets', {
      id: 'shop',
      chatraSecretKey: 'key-hunter2',
      planfixToken: ['token-hunter2'],
      'extra-hunter2': 'hunter2',
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid', field: 'planfixToken' } })
    expect(JSON.stringify([answer, lines])).not.toContain('hunter2')
    expect(lines[0]).toContain('connection.secrets')
    expect(lines[0]).toContain('planfixToken: invalid_type')
    expect(lines[0]).toContain('whole: unrecognized_keys')
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a list', []],
    ['an own __proto__', JSON.parse('{"__proto__": {"id": 1}}')],
    ['a constructor', { constructor: { prototype: { id: 1 } } }],
  ])('a call with %s instead of arguments is refused', async (_what, args) => {
    const { caller } = callerWith({ 'log.retry': () => ({ ok: true, value: {} }) })
    expect(await caller.call(TRUSTED, 'log.retry', args)).toMatchObject({
      ok: false,
      error: { code: 'invalid' },
    })
    expect(({} as { id?: number }).id).toBeUndefined()
  })

  test('a handler that throws is a bug: logged with its place, without the message', async () => {
    const { caller, lines } = callerWith({
      'log.retry': () => {
        throw new Error('could not send key-hunter2')
      },
    })
    expect(await caller.call(TRUSTED, 'log.retry', { id: 1 })).toMatchObject({
      ok: false,
      error: { code: 'bug', message: { key: 'error.call.bug' } },
    })
    expect(lines[0]).toContain('dispatcher.test.ts')
    expect(lines[0]).not.toContain('hunter2')
  })

  test("a handler that rejects with the runtime's own error is named", async () => {
    const { caller, lines } = callerWith({
      'log.retry': async (args: never) => (args as { none: { id: number } }).none.id,
    })
    expect(await caller.call(TRUSTED, 'log.retry', { id: 1 })).toMatchObject({ error: { code: 'bug' } })
    expect(lines[0]).toContain('TypeError: Cannot read properties of undefined')
  })

  test('a missing handler is a bug', async () => {
    const { caller } = callerWith({})
    expect(await caller.call(TRUSTED, 'log.retry', { id: 1 })).toMatchObject({ error: { code: 'bug' } })
  })

  test('a call that meets a full disk says so', async () => {
    const { caller, lines } = callerWith({
      'log.retry': async () => {
        throw storeUnavailable('SQLITE_FULL')
      },
    })
    expect(await caller.call(TRUSTED, 'log.retry', { id: 1 })).toMatchObject({
      error: {
        code: 'unavailable',
        message: { key: 'shell.store-failing', params: { detail: 'SQLITE_FULL' } },
      },
    })
    expect(lines).toEqual([])
  })

  test.each([
    ['a value that does not fit', { ok: true, value: { messages: 'hunter2' } }],
    ['a refusal that does not fit', { ok: false, error: { code: 'hunter2' } }],
    ['no answer at all', undefined],
    ['something else', 'hunter2'],
  ])('a handler that returns %s is a bug, logged with its path', async (_what, answer) => {
    const { caller, lines } = callerWith({ 'log.outline': () => answer })
    expect(await caller.call(TRUSTED, 'log.outline', { filter: {} })).toMatchObject({
      error: { code: 'bug' },
    })
    expect(lines[0]).toMatch(/^error: bug: .*log\.outline/)
    expect(lines[0]).not.toContain('hunter2')
  })
})

describe('the feed', () => {
  test('the feed delivers valid events; invalid ones are only logged with their path', () => {
    const { log, lines } = recordedLog()
    const source = recordedFeed()
    const heard: Push[] = []
    checkedFeed({ feed: source, log }).subscribe((push) => heard.push(push))
    source.tell({ event: 'messages', value: { rows: 'hunter2', more: false } } as never)
    source.tell({ event: 'state', value: { ...appState(), secret: 'hunter2' } } as never)
    expect(heard).toEqual([statePush(1)])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('value.rows: invalid_type')
    expect(lines[0]).not.toContain('hunter2')
  })

  test('the feed is subscribed once for all, and ended with the last listener', () => {
    const source = recordedFeed()
    const feed = checkedFeed({ feed: source, log: recordedLog().log })
    const heard: Push[] = []
    const ends = [feed.subscribe((push) => heard.push(push)), feed.subscribe((push) => heard.push(push))]
    expect(source.listeners).toBe(1)
    source.tell(statePush(1))
    expect(heard).toHaveLength(2)
    ends[0]?.()
    ends[0]?.()
    expect(source.listeners).toBe(1)
    ends[1]?.()
    expect(source.listeners).toBe(0)
    feed.subscribe((push) => heard.push(push))
    source.tell(statePush(2))
    expect(heard).toHaveLength(3)
  })
})

describe('roles', () => {
  const act = {
    'log.retry': () => ({ ok: true, value: {} }),
    'about.licences': () => ({ ok: true, value: { text: null } }),
  }

  test('a call that the role may not make reaches no handler, and says so', async () => {
    const { caller } = callerWith({
      'log.retry': () => {
        throw new Error('was reached')
      },
    })
    const reader = { trusted: true, name: 'Julia', role: 'reader' as const }
    expect(await caller.call(reader, 'log.retry', { id: 7 })).toMatchObject({
      ok: false,
      error: { code: 'no-access', message: { key: 'error.call.role' } },
    })
  })

  test('a caller is told its role and name; at the own computer it is the owner', async () => {
    const { caller, lines } = callerWith({})
    for (const role of ['reader', 'operator', 'owner'] as const)
      expect(await caller.call({ trusted: true, role, name: 'Ana' }, 'access.get', {})).toEqual({
        ok: true,
        value: { role, name: 'Ana' },
      })
    expect(await caller.call(TRUSTED, 'access.get', {})).toEqual({
      ok: true,
      value: { role: 'owner', name: null },
    })
    expect((await caller.call({ trusted: false }, 'access.get', {})).ok).toBe(false)
    expect(lines).toEqual([])
  })

  test('who changed something is in the log, who only looked is not', async () => {
    const { caller, lines } = callerWith(act)
    const ana = { trusted: true, name: 'Ana', role: 'operator' as const }
    await caller.call(ana, 'about.licences', {})
    expect(lines).toEqual([])
    await caller.call(ana, 'log.retry', { id: 7 })
    expect(JSON.stringify(lines)).toContain('Ana: log.retry')
    expect(lines).toHaveLength(1)
  })
})
