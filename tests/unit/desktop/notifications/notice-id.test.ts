import { expect, test } from 'vitest'
import { noticeId, targetOfNotice } from '../../../../src/main/desktop/notifications/notice-id.ts'

test.each([
  ['page.attention.k3', { kind: 'page', route: '/log?state=attention' }],
  ['page.home.k3', { kind: 'page', route: '/' }],
  ['week.1764547200000.k3', { kind: 'page', route: '/report?week=1764547200000' }],
  ['conversation.7.k3', { kind: 'conversation', connectionId: null, conversationId: 7 }],
] as const)('the name %s says what a click opens, also after a restart', (id, target) => {
  expect(noticeId(target, 'k3')).toBe(id)
  expect(targetOfNotice(id)).toEqual(target)
})

test('an unknown name opens the first page', () => {
  const home = { kind: 'page', route: '/' }
  for (const id of ['', 'week.x.k3', 'week.', 'page.none.k3', 'conversation.x.k3'])
    expect(targetOfNotice(id)).toEqual(home)
})
