import { describe, expect, it } from 'vitest'
import { markInChat, markInTask } from '../../../../../src/renderer/pages/demo/marks.ts'
import type { DemoScene } from '../../../../../src/shared/api/demo.ts'
import type { MessageRow } from '../../../../../src/shared/api/log.ts'

const row = (fields: Partial<MessageRow>) =>
  ({
    direction: 'to-planfix',
    kind: 'text',
    chatraMessageId: null,
    planfixCommentId: null,
    state: 'delivered',
    reason: null,
    ...fields,
  }) as MessageRow
const ok: DemoScene['sides'] = { chatra: { state: 'ok' }, planfix: { state: 'ok' } }
const failing = { state: 'waiting', code: 'failing', since: 0, until: 1, detail: '' } as const

const ofClient = (fields: Partial<MessageRow>, sides = ok) =>
  markInChat({ log: [row({ chatraMessageId: 'a', ...fields })], sides }, 'a')
const ofEmployee = (fields: Partial<MessageRow>, sides = ok) =>
  markInTask({ log: [row({ planfixCommentId: 7, direction: 'to-chatra', ...fields })], sides }, 7)

describe('the mark of a client’s message', () => {
  it('says that it is in Planfix', () => {
    expect(ofClient({})).toEqual({ tone: 'good', text: 'demo.mark.in-planfix' })
  })
  it('says that it is on its way, also before the log has a line', () => {
    const underWay = { tone: 'wait', text: 'demo.mark.under-way' }
    expect(markInChat({ log: [], sides: ok }, 'a')).toEqual(underWay)
    expect(ofClient({ state: 'sending' })).toEqual(underWay)
    expect(ofClient({ chatraMessageId: 'b' })).toEqual(underWay)
    expect(ofClient({ direction: 'to-chatra' })).toEqual(underWay)
  })
  it('says that it waits while Planfix does not work; Chatra’s side does not matter', () => {
    expect(ofClient({ state: 'retrying' }, { ...ok, planfix: failing })).toEqual({
      tone: 'wait',
      text: 'demo.mark.waiting',
    })
    expect(ofClient({ state: 'retrying' }, { ...ok, chatra: failing }).text).toBe('demo.mark.under-way')
    expect(ofClient({}, { ...ok, planfix: failing }).text).toBe('demo.mark.in-planfix')
  })
  it('says that it was not passed on', () => {
    expect(ofClient({ state: 'skipped', reason: 'blocked' })).toEqual({
      tone: 'off',
      text: 'demo.mark.not-sent',
    })
    expect(ofClient({ state: 'failed' })).toEqual({ tone: 'bad', text: 'state.failed' })
    expect(ofClient({ state: 'uncertain' })).toEqual({ tone: 'attention', text: 'state.uncertain' })
  })
})

describe('the mark of an employee’s comment', () => {
  it('says that it is in the chat', () => {
    expect(ofEmployee({})).toEqual({ tone: 'good', text: 'demo.mark.in-chat' })
  })
  it('says that it is internal', () => {
    for (const reason of ['internal-client-not-notified', 'internal-hidden'])
      expect(ofEmployee({ state: 'skipped', reason })).toEqual({ tone: 'off', text: 'demo.mark.internal' })
    expect(ofEmployee({ state: 'skipped', reason: 'empty' }).text).toBe('demo.mark.not-sent')
  })
  it('is not that of the client’s message in the same comment, nor of an edit', () => {
    expect(ofEmployee({ direction: 'to-planfix' }).text).toBe('demo.mark.under-way')
    expect(ofEmployee({ kind: 'edit' }).text).toBe('demo.mark.under-way')
    expect(ofEmployee({ planfixCommentId: 8 }).text).toBe('demo.mark.under-way')
  })
  it('is that of the first part which has not arrived', () => {
    const part = { planfixCommentId: 7, direction: 'to-chatra' } as const
    const log = [row(part), row({ ...part, state: 'retrying' })]
    expect(markInTask({ log, sides: { ...ok, chatra: failing } }, 7)).toEqual({
      tone: 'wait',
      text: 'state.retrying',
    })
    expect(markInTask({ log, sides: { ...ok, planfix: failing } }, 7).text).toBe('demo.mark.under-way')
  })
})
