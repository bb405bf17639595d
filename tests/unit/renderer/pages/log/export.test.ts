import { describe, expect, it } from 'vitest'
import { fileName } from '../../../../../src/renderer/components/save-file.ts'
import { exported } from '../../../../../src/renderer/pages/log/export.ts'

type Bridge = Parameters<typeof exported>[0]

const parts: Record<number, { text: string; next: number | null }> = {
  0: { text: 'a', next: 2000 },
  2000: { text: 'b', next: 4000 },
  4000: { text: 'c', next: null },
}
const bridge = (asked: number[] = []) =>
  ({
    call: async (_name: string, { afterId }: { afterId: number }) => {
      asked.push(afterId)
      return { ok: true, value: parts[afterId] }
    },
  }) as unknown as Bridge

describe('an export', () => {
  it('an export contains every part in order and reports its progress', async () => {
    const told: number[] = []
    const answer = await exported(bridge(), {}, 'csv', (id) => told.push(id), new AbortController().signal)
    expect(answer?.ok && (await answer.value.text())).toBe('abc')
    expect(told).toEqual([2000, 4000])
  })

  it('a cancelled export requests nothing more and leaves no file', async () => {
    const asked: number[] = []
    const controller = new AbortController()
    const answer = await exported(bridge(asked), {}, 'json', () => controller.abort(), controller.signal)
    expect(answer).toBeNull()
    expect(asked).toEqual([0, 2000])
  })

  it('an export has the day in its name', () => {
    expect(fileName('messages', 'csv', new Date(2026, 0, 5))).toBe('messages-2026-01-05.csv')
  })
})
