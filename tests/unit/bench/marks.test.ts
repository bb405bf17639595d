import { describe, expect, test } from 'vitest'
import { countFaults, faultWords, mark } from '../../bench/flow/marks.ts'

const SAID = { talks: 2, messages: 3 }
/** The comments of both tasks, in the order of writing: `talk-message` each, joined where a comment has several. */
const feed = (...texts: string[]) =>
  texts.map((text) => ({
    taskId: Number(text.split('-')[0]),
    description: text
      .split(' ')
      .map((one) => one.split('-').map(Number))
      .map(([talk = 0, n = 0]) => `Message ${mark(talk, n)} about my order`)
      .join('<br>'),
  }))
const none = { lost: 0, doubled: 0, outOfOrder: 0, moreTasks: 0 }

describe('faults of a flow, by what Planfix has', () => {
  test('each message once and in order is no fault, also when some share a comment', () => {
    expect(countFaults(feed('0-0', '1-0 1-1', '0-1', '0-2', '1-2'), SAID)).toEqual(none)
  })

  test('a message in no comment is lost', () => {
    expect(countFaults(feed('0-0', '0-2', '1-0', '1-1', '1-2'), SAID)).toEqual({ ...none, lost: 1 })
    expect(countFaults([], SAID)).toEqual({ ...none, lost: 6 })
  })

  test('each further copy of a message is one doubled, and is not out of order', () => {
    const copies = feed('0-0', '0-1', '0-0', '0-0', '0-2', '1-0', '1-1', '1-2')
    expect(countFaults(copies, SAID)).toEqual({ ...none, doubled: 2 })
  })

  test('a message that arrives after a later one of its own conversation is out of order', () => {
    const mixed = feed('0-0', '0-2', '0-1', '1-0', '1-1', '1-2')
    expect(countFaults(mixed, SAID)).toEqual({ ...none, outOfOrder: 1 })
  })

  test('a conversation that goes on in another task is counted, and not as lost', () => {
    const [first, ...rest] = feed('0-0', '0-1', '0-2', '1-0', '1-1', '1-2')
    const split = [{ ...first!, taskId: 7 }, ...rest]
    expect(countFaults(split, SAID)).toEqual({ ...none, moreTasks: 1 })
  })

  test('the words of a result name what is wrong, and nothing else', () => {
    expect(faultWords(none)).toBe('none')
    expect(faultWords({ lost: 1200, doubled: 0, outOfOrder: 3, moreTasks: 0 })).toBe(
      '1,200 lost, 3 out of order',
    )
    expect(faultWords({ ...none, doubled: 2, moreTasks: 50 })).toBe('2 doubled, 50 further tasks')
  })
})
