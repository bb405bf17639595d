import { describe, expect, test } from 'vitest'
import { racePicture } from '../../bench/race/picture.ts'
import type { Result } from '../../bench/race/result.ts'

const none = { lost: 0, doubled: 0, outOfOrder: 0, moreTasks: 0 }
const result = (name: string, change: Partial<Result>): Result => ({
  ...{ name, perSecond: 1000, cpuMs: 1, rssAtRest: 80, rssPeak: 120 },
  ...{ undisturbed: none, killed: none, outageRepeated: none, outageUnrepeated: none },
  ...change,
})
const RESULTS = [
  result('the bridge', { perSecond: 1234.4 }),
  result('<Node> & co', { perSecond: 617.2, killed: { ...none, doubled: 20, moreTasks: 50 } }),
]
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
const widths = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`<rect class="${kind}"[^>]* width="([\\d.]+)"`, 'g'))].map(([, width]) =>
    Number(width),
  )

describe('picture of a race', () => {
  test('it says every figure in words, and nothing in the names breaks it', () => {
    const said = texts(racePicture(RESULTS, '2 cores, 30 November 2026'))
    expect(said.filter((text) => text === '&lt;Node> &amp; co')).toHaveLength(4)
    expect(said).toEqual(expect.arrayContaining(['1,234/s', '617/s', '20 doubled, 50 further tasks']))
    expect(said.filter((text) => text === 'none')).toHaveLength(5)
    expect(said.at(-1)).toBe('2 cores, 30 November 2026')
  })

  test('bars are as long as their figures, the longest of a part across the whole width', () => {
    const svg = racePicture(RESULTS, '')
    const [bridge, other] = widths(svg, 'speed')
    expect(other).toBeCloseTo(bridge! / 2, 1)
    expect(widths(svg, 'doubled')).toEqual([bridge])
    expect(widths(svg, 'lost')).toEqual([])
  })
})
