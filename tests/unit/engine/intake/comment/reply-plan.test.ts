import { describe, expect, test } from 'vitest'
import type { StayReason } from '../../../../../src/main/engine/intake/comment/may-go-out.ts'
import { planReplies, type ReplyAct } from '../../../../../src/main/engine/intake/comment/reply-plan.ts'
import type { Part } from '../../../../../src/main/engine/intake/parts.ts'
import { DELIVERED_BEFORE_RESTORE, DELIVERED_BY_ANOTHER } from '../../../../../src/main/engine/ports.ts'
import type { Message } from '../../../../../src/shared/domain.ts'
import { reply as aReply } from '../../values.ts'

const file = (id: number) => ({ name: `f${id}`, url: null, planfixFileId: id, size: 1 })
const part = (text: string, ...files: number[]): Part => ({ text, files: files.map(file) })

/** A message of the comment, `1` is the first part; `a`, `b` … is its text. */
const reply = (id: number, text: string, changes: Partial<Message> = {}): Message =>
  aReply({ id, position: id, text, chatraMessageId: `m${id}`, ...changes })
const unsent = { chatraMessageId: null, sentAt: null, attempts: 0 }
const waits = { ...unsent, state: 'queued' } as const
const kept = (reason: string) => ({ ...unsent, state: 'skipped', reason }) as const
const failed = { chatraMessageId: null, state: 'failed', reason: 'chatra: refused' } as const
const change = (id: number, kind: 'edit' | 'delete', of: number, text: string, more: Partial<Message> = {}) =>
  reply(id, text, { kind, targetId: of, ...waits, ...more })

/** A short description of an action. */
function told(act: ReplyAct): string {
  const files = (one: Part) => one.files.map(({ planfixFileId }) => ` +${planfixFileId}`).join('')
  switch (act.do) {
    case 'say':
      return `say "${act.part.text}"${files(act.part)}${act.again ? ` with ${act.again.id}` : ''}${act.behind ? ` behind ${act.behind.id}` : ''}`
    case 'reword':
      return `reword ${act.message.id}: "${act.part.text}"${files(act.part)}`
    case 'edit':
      return `edit ${act.reply.id}: "${act.part.text}"${files(act.part)}`
    case 'remove':
      return `remove ${act.reply.id}`
    case 'keep-inside':
      return `keep "${act.part.text}"${files(act.part)} of ${act.reply.id} inside: ${act.reason}`
    case 'drop':
    case 'explain':
      return `${act.do} ${act.message.id}: ${act.reason}`
  }
}
const plan = (
  parts: Part[],
  replies: Message[],
  { stays, changes = [] }: { stays?: StayReason; changes?: Message[] } = {},
) =>
  planReplies(
    { parts, verdict: stays ? { goesOut: false, reason: stays } : { goesOut: true } },
    replies,
    changes,
  ).map(told)

describe('comments that are sent', () => {
  test.each<[string, Part[], Message[], string[]]>([
    ['nothing has changed', [part('a')], [reply(1, 'a')], []],
    ['other words', [part('b')], [reply(1, 'a')], ['edit 1: "b"']],
    ['other words before it was sent', [part('b')], [reply(1, 'a', waits)], ['reword 1: "b"']],
    [
      'other words while it is being sent',
      [part('b')],
      [reply(1, 'a', { state: 'sending' })],
      ['edit 1: "b"'],
    ],
    ['other words while nobody knows', [part('b')], [reply(1, 'a', { state: 'uncertain' })], ['edit 1: "b"']],
    ['a file added', [part('a', 7)], [reply(1, 'a')], ['edit 1: "a" +7']],
    ['a file swapped', [part('a', 8)], [reply(1, 'a', part('a', 7))], ['edit 1: "a" +8']],
    ['a file taken out', [part('a')], [reply(1, 'a', part('a', 7))], ['edit 1: "a"']],
    ['grown by a part', [part('a'), part('b')], [reply(1, 'a')], ['say "b"']],
    ['grown before it was sent', [part('a'), part('b')], [reply(1, 'a', waits)], ['say "b" behind 1']],
    [
      'grown, with its file in the last part now',
      [part('a'), part('b', 7)],
      [reply(1, 'ab', part('ab', 7))],
      ['edit 1: "a"', 'say "b" +7'],
    ],
    [
      'shrunk, with the only file in what remains',
      [part('a', 7)],
      [reply(1, 'a'), reply(2, 'b', part('b', 7))],
      ['edit 1: "a" +7', 'remove 2'],
    ],
    ['opened', [part('a')], [reply(1, 'a', kept('internal-hidden'))], ['say "a" with 1']],
    [
      'opened after it grew',
      [part('a'), part('b')],
      [reply(1, 'x', kept('internal-hidden'))],
      ['say "a" with 1', 'say "b"'],
    ],
    ['written again after it was emptied', [part('b')], [reply(1, 'a', kept('empty'))], ['say "b" with 1']],
    ['mended after a failure', [part('b')], [reply(1, 'a', failed)], ['say "b"', 'drop 1: replaced']],
    [
      'mended after a failure of what was never tried',
      [part('b')],
      [reply(1, 'a', { ...failed, sentAt: null })],
      ['say "b" with 1'],
    ],
    ['ticked again after a failure, with the same words', [part('a')], [reply(1, 'a', failed)], []],
    [
      'the first of two parts failed, the other words are mended',
      [part('c'), part('d')],
      [reply(1, 'a', failed), reply(2, 'b')],
      ['edit 2: "c"', 'say "d"', 'drop 1: replaced'],
    ],
    ['dismissed by the owner', [part('b')], [reply(1, 'a', kept('dismissed'))], ['say "b" with 1']],
    ['dismissed by the owner, with the same words', [part('a')], [reply(1, 'a', kept('dismissed'))], []],
    [
      'dismissed by the owner, and perhaps in the chat',
      [part('b')],
      [reply(1, 'a', { ...kept('dismissed'), sentFingerprint: 'x' })],
      ['say "b"'],
    ],
    [
      'sent again by the owner, though it may turn up',
      [part('b')],
      [reply(1, 'a', { ...waits, reason: 'retried by hand', sentFingerprint: 'x' })],
      ['drop 1: replaced', 'say "b" behind 1'],
    ],
    [
      'turned up after it was replaced',
      [part('b')],
      [reply(1, 'a', { sentAt: 10 }), reply(2, 'b', { sentAt: 20 })],
      ['edit 1: "b"', 'remove 2'],
    ],
    [
      'the first part sent again after the second, and shorter',
      [part('c')],
      [reply(1, 'a', waits), reply(2, 'b')],
      ['edit 2: "c"', 'drop 1: deleted-before-sent'],
    ],
    [
      'other words before it was queued',
      [part('b')],
      [reply(1, 'a', { ...unsent, state: 'received' })],
      ['reword 1: "b"'],
    ],
    [
      'other words after its echo may come late',
      [part('b')],
      [reply(1, 'a', { sentFingerprint: 'x' })],
      ['edit 1: "b"'],
    ],
    ['its parts are known in another order', [part('a'), part('b')], [reply(2, 'b'), reply(1, 'a')], []],
    [
      'its parts have one position',
      [part('a'), part('b')],
      [reply(2, 'b', { position: 1 }), reply(1, 'a', { position: 1 })],
      [],
    ],
    [
      'the chat shows its parts in the order they were sent',
      [part('b'), part('a')],
      [reply(1, 'a', { sentAt: 20 }), reply(2, 'b', { sentAt: 10 })],
      [],
    ],
    [
      'its waiting parts were tried in another order',
      [part('c'), part('d')],
      [
        reply(1, 'a', { ...waits, state: 'retrying', sentAt: 20 }),
        reply(2, 'b', { ...waits, state: 'retrying', sentAt: 10 }),
      ],
      ['reword 1: "c"', 'reword 2: "d"'],
    ],
    [
      'the chat will show its waiting parts last',
      [part('c'), part('a'), part('b')],
      [reply(1, 'a', waits), reply(2, 'b', waits), reply(3, 'c')],
      [],
    ],
    ['carried by another computer', [part('b')], [reply(1, 'a', kept(DELIVERED_BY_ANOTHER))], []],
    ['carried before a restore', [part('b')], [reply(1, 'a', kept(DELIVERED_BEFORE_RESTORE))], []],
  ])('%s', (_what, parts, replies, acts) => {
    expect(plan(parts, replies)).toEqual(acts)
  })

  test.each<[string, Part[], Message[], string[]]>([
    ['another edit while one waits', [part('c')], [change(5, 'edit', 1, 'b')], ['reword 5: "c"']],
    ['the words of the edit that waits', [part('b')], [change(5, 'edit', 1, 'b')], []],
    [
      'another edit after one',
      [part('c')],
      [change(5, 'edit', 1, 'b', { state: 'delivered' })],
      ['edit 1: "c"'],
    ],
    ['the words of the edit before', [part('b')], [change(5, 'edit', 1, 'b', { state: 'delivered' })], []],
    [
      'back to the words of before an edit that failed',
      [part('a')],
      [change(5, 'edit', 1, 'b', { state: 'failed' })],
      [],
    ],
    ['restored while its deletion waits', [part('a')], [change(5, 'delete', 1, 'a')], ['drop 5: replaced']],
    [
      'restored after its deletion',
      [part('a')],
      [change(5, 'delete', 1, 'a', { state: 'delivered' })],
      ['say "a"'],
    ],
    [
      'ticked again with the words that were kept inside',
      [part('b')],
      [change(5, 'edit', 1, 'b', kept('internal-hidden'))],
      ['edit 1: "b"'],
    ],
    [
      'ticked again after a version was kept inside',
      [part('c')],
      [change(5, 'edit', 1, 'b', kept('internal-hidden'))],
      ['edit 1: "c"'],
    ],
  ])('%s', (_what, parts, changes, acts) => {
    expect(plan(parts, [reply(1, 'a')], { changes })).toEqual(acts)
  })

  test('an edit of a reply that did not arrive is replaced by its own message', () => {
    const replies = [reply(1, 'a', { ...failed, reason: 'not-arrived' })]
    const changes = [change(5, 'edit', 1, 'b')]
    expect(plan([part('b')], replies, { changes })).toEqual([
      'say "b"',
      'drop 1: replaced',
      'drop 5: replaced',
    ])
  })

  test('a deletion of a reply that did not arrive is dropped with it', () => {
    const changes = [change(5, 'delete', 1, 'a')]
    expect(plan([part('b')], [reply(1, 'a', failed)], { changes })).toEqual([
      'say "b"',
      'drop 1: replaced',
      'drop 5: replaced',
    ])
  })

  test('an edit changes what the chat shows of its own reply alone', () => {
    const changes = [change(5, 'edit', 2, 'c')]
    expect(plan([part('a'), part('c')], [reply(1, 'a'), reply(2, 'b')], { changes })).toEqual([])
  })

  test('a change that came during a send is void although another reply has none', () => {
    const again = reply(1, 'a', { state: 'retrying', chatraMessageId: null })
    for (const kind of ['edit', 'delete'] as const) {
      const changes = [change(5, kind, 1, 'c')]
      expect(plan([part('a')], [again], { changes })).toEqual(['drop 5: replaced'])
      expect(plan([part('a'), part('b')], [again, reply(2, 'b', waits)], { changes })).toEqual([
        'drop 5: replaced',
      ])
    }
  })

  test('a version that came during a send is void once the reply waits again', () => {
    const replies = [reply(1, 'a', { state: 'retrying', chatraMessageId: null })]
    const changes = [change(5, 'edit', 1, 'b')]
    expect(plan([part('c')], replies, { changes })).toEqual(['drop 5: replaced', 'reword 1: "c"'])
    expect(plan([part('a')], replies, { changes })).toEqual(['drop 5: replaced'])
  })
})

describe('comments that stay internal', () => {
  const stays = 'internal-client-not-notified'
  test.each<[string, Part[], Message[], Message[], string[]]>([
    ['it was not sent yet', [part('b')], [reply(1, 'a', waits)], [], [`drop 1: ${stays}`]],
    ['only the tick is gone', [part('a')], [reply(1, 'a')], [], []],
    [
      'the words in the chat would change',
      [part('b')],
      [reply(1, 'a')],
      [],
      [`keep "b" of 1 inside: ${stays}`],
    ],
    ['a file would be added', [part('a', 7)], [reply(1, 'a')], [], [`keep "a" +7 of 1 inside: ${stays}`]],
    ['an edit waits', [part('b')], [reply(1, 'a')], [change(5, 'edit', 1, 'b')], [`drop 5: ${stays}`]],
    [
      'a version that was kept inside is read again',
      [part('b')],
      [reply(1, 'a')],
      [change(5, 'edit', 1, 'b', kept(stays))],
      [],
    ],
    ['it never was in the chat', [part('b')], [reply(1, 'a', kept(stays))], [], []],
    [
      'for another reason',
      [part('b')],
      [reply(1, 'a', kept('internal-hidden'))],
      [],
      [`explain 1: ${stays}`],
    ],
    ['it failed', [part('b')], [reply(1, 'a', failed)], [], []],
    ['the owner dismissed it', [part('b')], [reply(1, 'a', kept('dismissed'))], [], []],
    [
      'an edit with its words failed before',
      [part('b')],
      [reply(1, 'a')],
      [change(5, 'edit', 1, 'b', { state: 'failed' })],
      [`keep "b" of 1 inside: ${stays}`],
    ],
  ])('%s', (_what, parts, replies, changes, acts) => {
    expect(plan(parts, replies, { stays, changes })).toEqual(acts)
  })
})

describe('comments without any content left', () => {
  test.each<[string, StayReason, Message[], Message[], string[]]>([
    ['deleted before it was sent', 'deleted', [reply(1, 'a', waits)], [], ['drop 1: deleted-before-sent']],
    ['deleted in both parts', 'deleted', [reply(1, 'a'), reply(2, 'b')], [], ['remove 1', 'remove 2']],
    [
      'deleted while an edit waits',
      'deleted',
      [reply(1, 'a')],
      [change(5, 'edit', 1, 'b')],
      ['drop 5: deleted-before-sent', 'remove 1'],
    ],
    [
      'deleted while nobody knows whether it arrived',
      'deleted',
      [reply(1, 'a', { state: 'uncertain' })],
      [],
      ['remove 1'],
    ],
    ['deleted a second time', 'deleted', [reply(1, 'a')], [change(5, 'delete', 1, 'a')], []],
    [
      'deleted while an edit was being sent that waits again',
      'deleted',
      [reply(1, 'a')],
      [change(5, 'edit', 1, 'b', { state: 'retrying' }), change(6, 'delete', 1, 'a')],
      ['drop 5: deleted-before-sent'],
    ],
    ['deleted after a failure', 'deleted', [reply(1, 'a', failed)], [], ['drop 1: deleted-before-sent']],
    ['deleted, never sent', 'deleted', [reply(1, 'a', kept('internal-hidden'))], [], []],
    ['deleted after the owner dismissed it', 'deleted', [reply(1, 'a', kept('dismissed'))], [], []],
    ['emptied', 'empty', [reply(1, 'a')], [], ['remove 1']],
    ['emptied before it was sent', 'empty', [reply(1, 'a', waits)], [], ['drop 1: empty']],
  ])('%s', (_what, stays, replies, changes, acts) => {
    expect(plan([], replies, { stays, changes })).toEqual(acts)
  })
})
