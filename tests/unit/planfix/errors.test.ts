import { describe, expect, test } from 'vitest'
import {
  errorOfFailure,
  errorOfNetwork,
  failureIn,
  type RequestInfo,
} from '../../../src/main/planfix/errors.ts'

const read: RequestInfo = {
  method: 'GET',
  path: '/task/7',
  scope: 'task_readonly',
  writes: false,
  about: 'task',
}
const write: RequestInfo = {
  method: 'POST',
  path: '/task/7/comments/',
  scope: 'comment_add',
  writes: true,
  about: 'task',
}
const list: RequestInfo = {
  method: 'POST',
  path: '/user/list',
  scope: 'user_readonly',
  writes: false,
  about: 'account',
}

const of = (status: number, code: number | null, asked: RequestInfo) => {
  const body = code === null ? undefined : { result: 'fail', code, error: 'text' }
  const failure = failureIn(status, body, null)
  if (!failure) throw new Error('not a failure')
  return errorOfFailure(failure, asked, null)
}

describe('the vendor code decides, whatever the status', () => {
  const statuses = [200, 400, 401, 403, 405, 500]
  test.each([
    [1, 'wrong-keys'],
    [2, 'unpaid'],
    [10, 'unpaid'],
    [11, 'unpaid'],
    [16, 'unpaid'],
    [20, 'unpaid'],
    [23, 'unpaid'],
    [21, 'no-plan'],
    [22, 'daily-limit'],
    [5, 'missing-scope'],
    [1000, 'object-gone'],
    [2000, 'object-gone'],
    [5000, 'object-gone'],
    [6000, 'object-gone'],
    [40, 'refused'],
    [41, 'refused'],
    [2004, 'refused'],
    [7002, 'refused'],
  ])('code %i is %s', (code, expected) => {
    for (const status of statuses) {
      for (const asked of [read, write]) {
        const error = of(status, code, asked)
        expect(error.code).toBe(expected)
        expect(error.certain).toBe(true)
        expect(error.vendorCode).toBe(code)
      }
    }
  })

  test('code 5 names the scope that the operation needs', () => {
    expect(of(405, 5, write).scope).toBe('comment_add')
  })

  test('code 6 about one object makes a read object-gone and a write refused', () => {
    expect(of(400, 6, read).code).toBe('object-gone')
    expect(of(400, 6, write).code).toBe('refused')
    expect(of(500, 6, list).code).toBe('missing-scope')
  })

  test('a missing attachment does not mean that the task is gone', () => {
    expect(of(400, 7000, write).code).toBe('refused')
    expect(of(400, 7000, { ...read, about: 'file' }).code).toBe('object-gone')
  })

  test('a missing author does not mean that the task is gone', () => {
    expect(of(400, 4000, write).code).toBe('refused')
  })
})

describe('without a code the status decides', () => {
  test.each([
    [400, 'refused'],
    [401, 'wrong-keys'],
    [402, 'unpaid'],
    [403, 'missing-scope'],
    [404, 'refused'],
    [405, 'missing-scope'],
    [408, 'unreachable'],
    [413, 'refused'],
    [429, 'rate-limited'],
    [302, 'unreachable'],
  ])('status %i of a write is %s, and certain', (status, expected) => {
    const error = of(status, null, write)
    expect(error.code).toBe(expected)
    expect(error.certain).toBe(true)
  })

  test.each([500, 502, 503, 504])('status %i of a write is indeterminate, of a read failing', (status) => {
    expect(of(status, null, write)).toMatchObject({
      code: 'unclear',
      certain: false,
      retry: { when: 'later' },
    })
    expect(of(status, null, read)).toMatchObject({ code: 'failing', certain: true, retry: { when: 'later' } })
  })

  test('a 504 counts as a time-out, a 500 does not', () => {
    expect(of(504, null, write).timedOut).toBe(true)
    expect(of(500, null, write).timedOut).toBeUndefined()
  })
})

describe('code 0, "unknown error"', () => {
  test('code 0 as a 400 to reading a task means a missing task', () => {
    expect(of(400, 0, read).code).toBe('object-gone')
  })
  test('code 0 as a 400 to a write is a certain refusal', () => {
    expect(of(400, 0, write)).toMatchObject({ code: 'refused', certain: true })
  })
  test('code 0 as a 500 or inside a 2xx is indeterminate or failing', () => {
    for (const status of [500, 200]) {
      expect(of(status, 0, write)).toMatchObject({ code: 'unclear', certain: false })
      expect(of(status, 0, read).code).toBe('failing')
    }
  })
})

test('"adding failed" inside a 500 is not trusted', () => {
  expect(of(500, 5001, write).code).toBe('unclear')
  expect(of(400, 5001, write).code).toBe('refused')
})

test('keys in capitals and codes as text are read', () => {
  const failure = failureIn(405, { Result: 'Fail', Code: '5', Error: 'Scope denied' }, null)
  expect(failure).toMatchObject({ vendorCode: 5, text: 'Scope denied' })
})

test('a success is no failure', () => {
  expect(failureIn(201, { result: 'success', id: 1 }, null)).toBeNull()
  expect(failureIn(200, undefined, null)).toBeNull()
})

describe('a call without an answer', () => {
  const thrown = (code: string, syscall?: string) =>
    Object.assign(new Error('secret address'), { code, syscall })
  test.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EHOSTUNREACH',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('%s: nothing was sent', (code) => {
    expect(errorOfNetwork(thrown(code), write, null)).toMatchObject({ code: 'unreachable', certain: true })
  })
  test('a connection that was never established sent nothing, even if it took long', () => {
    expect(errorOfNetwork(thrown('ETIMEDOUT', 'connect'), write, null).code).toBe('unreachable')
  })
  test('a reset is indeterminate for a write, failing for a read, and no time-out', () => {
    const error = errorOfNetwork(thrown('ECONNRESET', 'read'), write, null)
    expect(error).toMatchObject({ code: 'unclear', certain: false })
    expect(error.timedOut).toBeUndefined()
    expect(errorOfNetwork(thrown('ECONNRESET', 'read'), read, null).code).toBe('failing')
  })
  test('our own time limit is reported as a time-out', () => {
    const error = errorOfNetwork(new Error('canceled'), write, 10_000)
    expect(error.code).toBe('unclear')
    expect(error.timedOut).toBe(true)
  })
  test('the innermost code is reported, never the message', () => {
    const error = errorOfNetwork(
      Object.assign(new Error('https://x/?access_token=1'), { cause: thrown('ECONNRESET') }),
      read,
      null,
    )
    expect(error.detail).toBe('GET /task/7: ECONNRESET')
  })
})
