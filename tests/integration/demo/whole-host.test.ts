import { expect, test } from 'vitest'
import { startSandbox } from '../../../src/main/demo/sandbox.ts'
import type { Answer, Args, CallName, Value } from '../../../src/shared/api.ts'
import { noting } from '../../support/boot.ts'

test('where the whole host is a demo, its page plays on the accounts of the host, and nothing stops it alone', async () => {
  const { log, logged } = noting(['warn', 'error'])
  const sandbox = await startSandbox(log)
  try {
    const opened = await fetch(sandbox.host.uiUrl, { redirect: 'manual' })
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    const { origin } = new URL(sandbox.host.uiUrl)
    const call = async <N extends CallName>(name: N, args: Args<N>): Promise<Answer<Value<N>>> =>
      (
        await fetch(`${origin}/api/call/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', cookie, origin },
          body: JSON.stringify(args),
        })
      ).json() as Promise<Answer<Value<N>>>
    const live = new WebSocket(`${origin.replace('http', 'ws')}/api/live`, {
      headers: { cookie, origin },
    } as never)
    const heard: string[] = []
    live.addEventListener('message', ({ data }) => void heard.push(String(data)))
    await new Promise((resolve) => live.addEventListener('open', resolve))

    expect(await call('demo.scene', { story: 'answer' })).toMatchObject({ ok: true, value: { step: 0 } })
    expect(await call('demo.next', { story: 'answer', language: 'en' })).toMatchObject({ ok: true })
    await until(async () => {
      const answer = await call('demo.scene', { story: 'answer' })
      return answer.ok && answer.value.isOver
    })
    expect(sandbox.planfix.tasks).toHaveLength(1)
    await until(async () => heard.some((push) => push.includes('"event":"demo"')))
    expect(await call('demo.stop', {})).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    live.close()
  } finally {
    await sandbox.stop()
  }
  expect(logged).toEqual([])
})

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 20))
}
