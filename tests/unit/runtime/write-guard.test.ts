import { expect, test } from 'vitest'
import { createChatraClient } from '../../../src/main/chatra/client.ts'
import { createPlanfixClient } from '../../../src/main/planfix/client.ts'
import { CHATRA_WRITES, PLANFIX_WRITES, withWriteGuard } from '../../../src/main/runtime/write-guard.ts'
import { ok } from '../../../src/shared/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { connectionTo } from '../planfix/connection.ts'

function clientThatCounts() {
  const calls: string[] = []
  const client = {
    read: async (id: number) => {
      calls.push(`read ${id}`)
      return ok(id)
    },
    write: async (id: number, text: string) => {
      calls.push(`write ${id} ${text}`)
      return ok(text)
    },
  }
  return { client, calls }
}

test('a refused write was certainly not sent, and is allowed again later', async () => {
  const { client, calls } = clientThatCounts()
  let may = false
  const safe = withWriteGuard(client, ['write'], { side: 'planfix', mayWrite: () => may })
  expect(await safe.write(7, 'hello')).toMatchObject({
    ok: false,
    error: { side: 'planfix', certain: true, retry: { when: 'later' } },
  })
  expect(await safe.read(7)).toEqual(ok(7))
  may = true
  expect(await safe.write(7, 'hello')).toEqual(ok('hello'))
  expect(calls).toEqual(['read 7', 'write 7 hello'])
})

const CHANGES = /^(send|edit|remove|create|update|add|delete|set|upload|fileFromUrl)/
const connection = connectionTo('http://127.0.0.1:9/rest')
const clients = {
  Chatra: createChatraClient({ connection, secretKey: null }),
  Planfix: createPlanfixClient({ connection, token: null, clock: new FakeClock() }),
}

test.each([
  ['Chatra', clients.Chatra, CHATRA_WRITES],
  ['Planfix', clients.Planfix, PLANFIX_WRITES],
])('every writing call of the %s client is guarded', (_name, client, writes) => {
  const changing = Object.entries(client).flatMap(([name, call]) =>
    typeof call === 'function' && CHANGES.test(name) ? [name] : [],
  )
  expect(changing.toSorted()).toEqual(writes.toSorted())
})
