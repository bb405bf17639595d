import { type Faults, faultWords } from '../flow/marks.ts'
import { round } from '../measure.ts'
import type { Result } from './result.ts'

const NAMES = 130
const BARS = 340
const WORDS = 260
const LINE = 24
const HEAD = 34
const WIDTH = NAMES + BARS + WORDS

interface Part {
  title: string
  /** The pieces of a program's bar, each of a kind that has a colour, and what is written behind it. */
  bar(result: Result): { pieces: [kind: string, size: number][]; words: string }
}
const faults = (title: string, of: (result: Result) => Faults): Part => ({
  title,
  bar(result) {
    const { lost, doubled, outOfOrder } = of(result)
    const pieces: [string, number][] = [
      ['lost', lost],
      ['doubled', doubled],
      ['mixed', outOfOrder],
    ]
    return { pieces, words: faultWords(of(result)) }
  },
})
const PARTS: readonly Part[] = [
  {
    title: 'Messages a second, from Chatra into Planfix',
    bar: ({ perSecond }) => ({ pieces: [['speed', perSecond]], words: `${round(perSecond)}/s` }),
  },
  faults('Wrong when killed three times, of 5,000 messages', ({ killed }) => killed),
  faults('Wrong after an outage of 20 s, of 2,000; Chatra posts again', (one) => one.outageRepeated),
  faults('Wrong after an outage of 20 s, of 2,000; Chatra does not', (one) => one.outageUnrepeated),
]

/** Bars and words for a page, as SVG; `caption` says where and when it was measured. */
export function racePicture(results: readonly Result[], caption: string): string {
  const lines: string[] = []
  let y = 0
  for (const part of PARTS) {
    y += HEAD
    lines.push(`<text class="title" x="0" y="${y - 10}">${escaped(part.title)}</text>`)
    const bars = results.map((result) => ({ name: result.name, ...part.bar(result) }))
    const longest = Math.max(1, ...bars.map(({ pieces }) => total(pieces)))
    for (const { name, pieces, words } of bars) {
      lines.push(`<text x="0" y="${y + 15}">${escaped(name)}</text>`)
      let x = NAMES
      for (const [kind, size] of pieces) {
        if (size === 0) continue
        const width = (size / longest) * BARS
        lines.push(
          `<rect class="${kind}" x="${x.toFixed(1)}" y="${y + 3}" width="${width.toFixed(1)}" height="16"/>`,
        )
        x += width
      }
      lines.push(`<text x="${(x + 8).toFixed(1)}" y="${y + 15}">${escaped(words)}</text>`)
      y += LINE
    }
  }
  lines.push(`<text class="caption" x="0" y="${y + 24}">${escaped(caption)}</text>`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 36}" viewBox="-12 0 ${WIDTH + 24} ${y + 36}">`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" x="-12" y="0" width="${WIDTH + 24}" height="${y + 36}"/>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n')
}

const STYLE = [
  'text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.caption{fill:#666;font-size:11px}',
  '.paper{fill:#fff}.speed{fill:#2f6fb0}.lost{fill:#c0392b}.doubled{fill:#e39b22}.mixed{fill:#8e6fb8}',
].join('')

const total = (pieces: readonly [string, number][]) => pieces.reduce((sum, [, size]) => sum + size, 0)
const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
