import { describe, expect, it } from 'vitest'
import { htmlOf, plainText, stateIn } from '../../../src/main/demo/stage/views.ts'
import type { MessageRow } from '../../../src/shared/api/log.ts'

const row = (fields: Partial<MessageRow>) =>
  ({
    direction: 'to-planfix',
    kind: 'text',
    chatraMessageId: null,
    planfixCommentId: null,
    state: 'delivered',
    ...fields,
  }) as MessageRow

describe('the state of what was written', () => {
  it('is unknown before the log has a line', () => {
    expect(stateIn([], { side: 'chat', id: 'a' })).toBeNull()
  })
  it('is that of the client’s message with this id', () => {
    const rows = [row({ chatraMessageId: 'b' }), row({ chatraMessageId: 'a', state: 'retrying' })]
    expect(stateIn(rows, { side: 'chat', id: 'a' })).toBe('retrying')
  })
  it('of a comment is not that of the message which became the comment', () => {
    const rows = [
      row({ planfixCommentId: 7 }),
      row({ planfixCommentId: 7, direction: 'to-chatra', state: 'skipped' }),
    ]
    expect(stateIn(rows, { side: 'task', id: 7 })).toBe('skipped')
  })
  it('of a client’s message is not that of the reply with this id', () => {
    const rows = [row({ chatraMessageId: 'a', direction: 'to-chatra', state: 'skipped' })]
    expect(stateIn(rows, { side: 'chat', id: 'a' })).toBeNull()
  })
  it('of a comment with several messages is that of the first which has not arrived', () => {
    const own = { planfixCommentId: 7, direction: 'to-chatra' } as const
    expect(stateIn([row(own), row({ ...own, state: 'sending' })], { side: 'task', id: 7 })).toBe('sending')
    expect(stateIn([row(own), row({ ...own, kind: 'edit', state: 'failed' })], { side: 'task', id: 7 })).toBe(
      'delivered',
    )
  })
})

describe('texts of comments', () => {
  it('what a person types is no markup', () => {
    expect(htmlOf('a < b && c > d\n<i>e</i>')).toBe(
      '<p>a &lt; b &amp;&amp; c &gt; d<br>&lt;i&gt;e&lt;/i&gt;</p>',
    )
  })
  it('is read without markup', () => {
    expect(plainText('<p>a&nbsp;&nbsp;b<br>c &lt;i&gt;</p><p>d</p>')).toBe('a  b\nc <i>\nd')
  })
})
