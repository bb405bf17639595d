import { describe, expect, it } from 'vitest'
import { positionOf, readingMs } from '../../../../../src/renderer/pages/demo/play.ts'
import { stories } from '../../../../../src/shared/demo/stories.ts'

const { begin, end, steps } = stories.inside
const [first, second] = steps
const last = steps.at(-1)
const at = (step: number, isOver: boolean) => positionOf('inside', { step, isOver })

describe('where a story is', () => {
  it('before the first step its beginning is told, and it may go on', () => {
    expect(at(0, true)).toEqual({
      story: stories.inside,
      hasEnded: false,
      mayGoOn: true,
      texts: [{ key: begin, isMain: true }],
      place: null,
    })
  })

  it('while a step is under way it tells what happens, where it begins, and does not go on', () => {
    expect(at(1, false)).toMatchObject({
      hasEnded: false,
      mayGoOn: false,
      texts: [{ key: first?.caption, isMain: true }],
      place: 'chat',
    })
  })

  it('after a step it tells what came of it, where it is seen, and goes on', () => {
    expect(at(2, true)).toMatchObject({
      hasEnded: false,
      mayGoOn: true,
      texts: [
        { key: second?.caption, isMain: false },
        { key: second?.outcome, isMain: true },
      ],
      place: 'task',
    })
  })

  it('in its last step it has not ended', () => {
    expect(at(steps.length, false)).toMatchObject({
      hasEnded: false,
      mayGoOn: false,
      texts: [{ key: last?.caption, isMain: true }],
    })
  })

  it('after the last step it tells what all of it showed, and does not go on', () => {
    expect(at(steps.length, true)).toMatchObject({
      hasEnded: true,
      mayGoOn: false,
      texts: [
        { key: last?.outcome, isMain: true },
        { key: end, isMain: false },
      ],
      place: 'chat',
    })
  })
})

it('a text stays as long as it takes to read it, within limits', () => {
  expect(readingMs('')).toBe(2500)
  expect(readingMs('x'.repeat(45))).toBe(2500)
  expect(readingMs('x'.repeat(46))).toBe(2530)
  expect(readingMs('x'.repeat(100))).toBe(5500)
  expect(readingMs('x'.repeat(145))).toBe(7975)
  expect(readingMs('x'.repeat(146))).toBe(8000)
})
