import { describe, expect, test } from 'vitest'
import type { Reply, Step } from '../../../../src/main/diagnostics/probe/question.ts'
import { notAsked, questions, REASONS } from '../../../../src/main/diagnostics/probe/questions/index.ts'
import { minuteText } from '../../../../src/main/diagnostics/probe/times.ts'
import { AT, answerOf, ask, got, refusal } from './answering.ts'

const HOUR = 3_600_000
/** A time as Planfix shows it; `shift`: what it adds to its `datetime`, though it says Z. */
const shown = (ms: number, zoneHours: number, shift = 0) => {
  const [date, time] = minuteText(ms + zoneHours * HOUR).split(' ')
  return { date, time, datetime: `${new Date(ms + shift * HOUR).toISOString().slice(0, 16)}Z` }
}
const comment = (more: object) => got({ comment: { id: 5, ...more } })
const isList = (step: Step) => step.way === 'rest' && step.path.endsWith('/list')
const isWrite = (step: Step) => step.way === 'rest' && step.writes
/** A comment is written, and read back as this. */
const readsBack =
  (more: object) =>
  (step: Step): Reply =>
    isWrite(step) ? got({ id: 5 }, { status: 201 }) : comment(more)

/** What is not asked of the account is always there. */
const own = ({ way }: Step): Reply | null => {
  if (way === 'calls') return got([])
  if (way === 'records') return got({ marksSeen: false, echoSeen: false, webhooks: 0, webhooksTwice: 0 })
  return way === 'wait' || way === 'by-hand' ? got(false) : null
}

describe('the list of questions', () => {
  test('every question has a name of its own, and says what each position means', () => {
    const ids = [...questions, ...notAsked].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { positions } of questions)
      expect(Object.values(positions).filter((use) => use.length < 10)).toEqual([])
    expect(notAsked.filter(({ why }) => !(why in REASONS))).toEqual([])
  })

  test.each(questions.map((one) => [one.id, one] as const))(
    '%s: without any answer there is a reason',
    (_id, one) => {
      expect(answerOf(one, () => refusal('failing', { status: 500 }))).toMatchObject({ why: 'failing' })
    },
  )

  test.each(questions.map((one) => [one.id, one] as const))('%s: nonsense is no position', (_id, one) => {
    for (const body of [undefined, null, [], 'text', 7, { comments: 'no', task: 3, users: {} }]) {
      const answer = answerOf(one, (step) => own(step) ?? got(body))
      if (typeof answer === 'string') expect(Object.keys(one.positions)).toContain(answer)
    }
  })
})

describe('what an account shows', () => {
  test.each([
    ['utc', shown(AT, 2)],
    ['account-zone', shown(AT, 2, 2)],
    ['account-zone', shown(AT, -5, -5)],
    ['same-digits', shown(AT, 0)],
    ['with-dateTimeUtcSeconds', { ...shown(AT, 2), dateTimeUtcSeconds: '2026-03-02T09:30:10+0000' }],
  ])('times: %s', (position, dateTime) => {
    expect(ask('datetime-zone', readsBack({ dateTime }))).toBe(position)
  })
  test('a time of another day is no answer', () => {
    expect(ask('datetime-zone', readsBack({ dateTime: shown(AT - 30 * HOUR, 2) }))).toEqual({
      why: 'unexpected',
    })
  })

  test.each([
    ['kept', 2],
    ['ignored', 0],
  ])('the time of a late comment is %s', (position, hours) => {
    let reads = 0
    const answer = ask('written-time', (step) =>
      isWrite(step)
        ? got({ id: 5 })
        : comment({ dateTime: shown(AT - (reads++ === 0 ? 0 : hours) * HOUR, 2) }),
    )
    expect(answer).toBe(position)
  })

  test.each([
    ['dropped', 'Ignore [abcd1234 one]Ignore [abcd1234 two]'],
    ['kept', 'Ignore [abcd1234 one]\nIgnore [abcd1234 two]'],
    ['kept', 'Ignore [abcd1234 one]<br />Ignore [abcd1234 two]'],
    ['kept', '<p>Ignore [abcd1234 one]</p><p>Ignore [abcd1234 two]</p>'],
  ])('line ends are %s: %j', (position, description) => {
    expect(ask('newlines', readsBack({ description }))).toBe(position)
  })

  test.each([
    ['handed-back', [{ id: 'contact:92' }]],
    ['missing', [{ id: 'user:1' }]],
    ['missing', undefined],
  ])('recipients: %s', (position, users) => {
    expect(ask('recipients', readsBack({ recipients: { users } }))).toBe(position)
  })

  test.each([
    ['handed-back', true],
    ['missing', undefined],
  ])('the hidden mark: %s', (position, isHidden) => {
    expect(ask('hidden', readsBack({ isHidden }))).toBe(position)
  })

  test('the client as the author of a comment', () => {
    expect(ask('comment-owner', readsBack({ owner: { id: 'contact:92' } }))).toBe('accepted')
    expect(ask('comment-owner', readsBack({ owner: { id: 'user:1' } }))).toBe('ignored')
    expect(ask('comment-owner', () => refusal('refused', { vendorCode: 41 }))).toBe('refused')
  })

  test.each([
    ['refused', refusal('refused', { status: 400, vendorCode: 5002 })],
    ['400-code41', refusal('refused', { status: 400, vendorCode: 41 })],
  ])('a long comment: %s', (position, reply) => {
    expect(ask('over-64k', () => reply)).toBe(position)
  })
  test('a long comment that is kept or cut', () => {
    const long = (length: number) => ask('over-64k', readsBack({ description: 'x'.repeat(length) }))
    expect([long(70_100), long(65_536)]).toEqual(['kept', 'cut'])
  })

  const feed = (ids: number[]) => got({ comments: ids.map((id) => ({ id })) })
  test.each([
    ['both', [3, 2, 1], [3, 2, 1]],
    ['field-honoured', [3, 2, 1], [1, 2, 3]],
    ['filed-honoured', [1, 2, 3], [3, 2, 1]],
    ['ignored', [1, 2, 3], [1, 2, 3]],
  ])('order: %s', (position, byField, byFiled) => {
    const answers = [got({ id: 3 }), feed(byField), feed(byFiled)]
    expect(ask('result-order', (_step, n) => answers[n]!)).toBe(position)
  })
  test('one comment shows no order', () => {
    expect(ask('result-order', (step) => (isList(step) ? feed([1]) : got({ id: 1 })))).toEqual({
      why: 'not-seen',
    })
  })

  const listed = (...ids: number[]) => got({ tasks: ids.map((id) => ({ id })) })
  test.each([
    ['accepted', listed(7), listed()],
    ['ignored', listed(7), listed(7)],
    ['blind', listed(), listed()],
    ['400-code41', refusal('refused', { vendorCode: 41 }), listed()],
  ])('the list of changes: %s', (position, now, longAgo) => {
    const answers = [got({ task: { id: 7 } }), now, longAgo]
    expect(ask('changed-filter', (_step, n) => answers[n]!)).toBe(position)
  })

  test.each([
    ['exact', [100, 99, 98]],
    ['exact', [100, 97, 90]],
    ['stale-10-min', [100, 100, 99]],
    ['absent', [100, null, 98]],
  ])('requests left: %s %j', (position, left) => {
    expect(ask('rate-header', (_step, n) => got({}, { left: left[n] ?? null }))).toBe(position)
  })

  test.each([
    ['no', 100, 99],
    ['yes', 100, 96],
  ])('requests of the Chat API count: %s', (position, before, after) => {
    let asked = 0
    const answer = ask('webchat-counts-as-rest', (step) =>
      got({}, { left: step.way === 'rest' ? (asked++ === 0 ? before : after) : null }),
    )
    expect(answer).toBe(position)
  })
  test('numbers that another program moved decide nothing', () => {
    expect(ask('webchat-counts-as-rest', (_step, n) => got({}, { left: 100 - 2 * n }))).toEqual({
      why: 'too-coarse',
    })
  })

  const maker = { task: { id: 7, assigner: { id: 'user:1' }, participants: { users: [{ id: 'user:5' }] } } }
  const readAgain = (id: string) => got({ task: { id: 7, assigner: { id } } })
  test.each([
    ['accepted', got({ result: 'success' }), readAgain('contact:92')],
    ['becomes-token-user', got({ result: 'success' }), readAgain('user:1')],
    ['in-failures', got({ failures: [{ field: 'assigner' }] }), readAgain('user:1')],
    ['in-failures', got({ failures: { field: 'assigner' } }), readAgain('user:1')],
    ['400-code41', refusal('refused', { vendorCode: 41 }), got({})],
    ['hidden', got({ result: 'success' }), refusal('object-gone')],
  ])('the client as assigner: %s', (position, changed, read) => {
    const answers = [got(maker), changed, read]
    expect(ask('assigner-contact', (_step, n) => answers[n]!)).toBe(position)
  })
  test('the participants stay, and our own employee joins them before the assigner changes', () => {
    const bodies: unknown[] = []
    ask('assigner-contact', (step, n) => {
      if (step.way === 'rest' && step.writes) bodies.push(step.body)
      return n === 0 ? got(maker) : readAgain('contact:92')
    })
    expect(bodies).toEqual([
      {
        assigner: { id: 'contact:92' },
        participants: { users: [{ id: 'user:5' }, { id: 'user:1' }], groups: [] },
      },
    ])
  })
})

describe('what Planfix passes on', () => {
  const reply = [
    ['messageId', '50'],
    ['message', '>> quoted\nhello'],
    ['userIco', 'https://shop.planfix.com/?action=getuserpic&id=77'],
  ]
  const echo = [['message', 'Ignore [abcd1234 echo]']]
  const rest = [['message', 'Ignore [abcd1234 rest]']]
  /** Calls that have come at the n-th look, and comments of the chat's task. */
  const planfix =
    (looks: (readonly string[][])[][], ids: number[] = [], mayHave = false) =>
    (step: Step): Reply => {
      if (step.way === 'calls') return got(looks.length > 1 ? looks.shift() : looks[0])
      if (step.way === 'by-hand') return got(mayHave)
      return step.way === 'rest' && isList(step)
        ? got({ comments: ids.map((id) => ({ id })) })
        : got({ id: 1 })
    }

  test.each([
    ['webchat-message-id', 'present', reply],
    ['webchat-message-id', 'absent', rest],
    ['webchat-user-ico', 'with-id', reply],
    ['webchat-user-ico', 'plain-url', [['userIco', 'https://shop.planfix.com/userpics/ana.png']]],
    ['webchat-user-ico', 'empty', rest],
    ['webchat-text', 'plain', reply],
    ['webchat-text', 'html', [['message', '<p><b>hello</b></p>']]],
  ])('%s: %s', (id, position, call) => {
    expect(ask(id, planfix([[echo, call]]))).toBe(position)
  })

  test('the number of a reply is looked for among the comments', () => {
    expect(ask('webchat-message-is-comment-id', planfix([[reply]], [49, 50]))).toBe('yes')
    expect(ask('webchat-message-is-comment-id', planfix([[reply]], [49, 51]))).toBe('no')
    expect(ask('webchat-message-is-comment-id', planfix([[reply]], []))).toEqual({ why: 'not-visible' })
    expect(ask('webchat-message-is-comment-id', planfix([[rest]], [49]))).toEqual({ why: 'not-seen' })
  })

  test('the same reply once and twice', () => {
    expect(ask('webchat-delivery-twice', planfix([[reply]]))).toBe('off')
    expect(ask('webchat-delivery-twice', planfix([[reply], [reply, reply]]))).toBe('on')
    expect(ask('webchat-delivery-twice', planfix([[reply], [reply, rest]]))).toBe('off')
  })

  test('a comment by REST may be passed on a little later', () => {
    expect(ask('rest-comment-pushed', planfix([[], [], [rest]]))).toBe('yes')
    expect(ask('rest-comment-pushed', planfix([[echo]]))).toBe('no')
    expect(ask('webchat-echo-callback', planfix([[echo]]))).toBe('yes')
    expect(ask('webchat-echo-callback', planfix([[rest]]))).toBe('no')
  })

  test('without a reply the owner is asked for one', () => {
    expect(ask('webchat-message-id', planfix([[echo], [echo], [echo, reply]], [], true))).toBe('present')
    expect(ask('webchat-message-id', planfix([[echo]], [], true))).toEqual({ why: 'not-seen' })
    expect(ask('webchat-message-id', planfix([[echo]], [], false))).toEqual({ why: 'not-seen' })
  })
})
