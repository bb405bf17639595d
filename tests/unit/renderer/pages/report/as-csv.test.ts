import { expect, it } from 'vitest'
import { asCsv } from '../../../../../src/renderer/pages/report/as-csv.ts'
import type { Report } from '../../../../../src/shared/api/report.ts'
import { translate } from '../../../../../src/shared/i18n/index.ts'

const none = { chats: 0, answered: 0, medianMs: null, p90Ms: null }
const report: Report = {
  total: { chats: 3, answered: 2, medianMs: 90_400, p90Ms: 7_200_000, fromClients: 9, replies: 4, late: 0 },
  employees: [
    {
      name: '=Ana, "the first"',
      inChatra: false,
      replies: 4,
      firstReplies: 2,
      medianMs: 90_400,
      p90Ms: 1000,
    },
    { name: 'Julia', inChatra: true, replies: 0, firstReplies: 0, medianMs: null, p90Ms: null },
  ],
  weekdays: Array.from({ length: 7 }, () => none),
  hours: Array.from({ length: 24 }, () => none),
}
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

it('the table has every figure, times in seconds, and no formula', () => {
  const text = asCsv(report, { t: (key, params) => translate('en', key, params) }, days)
  expect(text.startsWith('\uFEFF')).toBe(true)
  const lines = text.slice(1).trimEnd().split('\r\n')
  expect(lines).toHaveLength(1 + 1 + 2 + 7 + 24)
  expect(lines[0]).toBe('Group,Name,Chats,Answered,Replies,"First reply, median (s)","First reply, 90 % (s)"')
  expect(lines[1]).toBe('All,,3,2,4,90,7200')
  expect(lines[2]).toBe(`By employee,"'=Ana, ""the first""",2,2,4,90,1`)
  expect(lines[3]).toBe('By employee,"Julia, in Chatra",0,0,0,,')
  expect(lines[4]).toBe('By weekday,Monday,0,0,,,')
  expect(lines.at(-1)).toBe('By hour,23:00,0,0,,,')
})
