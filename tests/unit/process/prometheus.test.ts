import { expect, test } from 'vitest'
import { Histogram, metric, type Sample } from '../../../src/main/process/prometheus.ts'

test('a metric has its help, its type and a line for each sample', () => {
  const samples: Sample[] = [
    { labels: {}, value: 1 },
    { labels: { connection: 'a"b\\c\nd', side: 'planfix' }, value: Number.POSITIVE_INFINITY },
  ]
  expect(metric('gauge', 'bridge_x', 'What it is', samples)).toBe(
    '# HELP bridge_x What it is\n# TYPE bridge_x gauge\nbridge_x 1\n' +
      'bridge_x{connection="a\\"b\\\\c\\nd",side="planfix"} +Inf\n',
  )
})

test('a metric without samples is left out', () => {
  expect(metric('gauge', 'bridge_x', 'What it is', [])).toBe('')
  expect(new Histogram([1]).text('bridge_y', 'x')).toBe('')
})

test('a histogram counts each value in its bucket and all larger ones, by labels', () => {
  const delays = new Histogram([1, 10])
  for (const value of [0.5, 1, 2, 20]) delays.observe(value, { to: 'a' })
  delays.observe(3, { to: 'b' })
  expect(delays.text('d', 'Delay').split('\n')).toEqual([
    '# HELP d Delay',
    '# TYPE d histogram',
    'd_bucket{to="a",le="1"} 2',
    'd_bucket{to="a",le="10"} 3',
    'd_bucket{to="a",le="+Inf"} 4',
    'd_sum{to="a"} 23.5',
    'd_count{to="a"} 4',
    'd_bucket{to="b",le="1"} 0',
    'd_bucket{to="b",le="10"} 1',
    'd_bucket{to="b",le="+Inf"} 1',
    'd_sum{to="b"} 3',
    'd_count{to="b"} 1',
    '',
  ])
})
