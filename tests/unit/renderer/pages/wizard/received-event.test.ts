import { expect, test } from 'vitest'
import { receivedText } from '../../../../../src/renderer/pages/wizard/parts/received-event.ts'
import { translate } from '../../../../../src/shared/i18n/index.ts'

const say = (event: Parameters<typeof receivedText>[0], text = '') =>
  receivedText(event, '12:03:05', { name: 'Anna', text }, (key, params) => translate('en', key, params))

test('a received event says what it was, of whom and when', () => {
  expect(say('chatStarted', 'Hello')).toBe('12:03:05 – conversation started by Anna')
  expect(say('chatTranscript')).toBe('12:03:05 – conversation with Anna ended')
})

test('a message has its words on one line, at most sixty letters; a file has none', () => {
  expect(say('chatFragment', ' Do you\n deliver? ')).toBe('12:03:05 – message from Anna: “Do you deliver?”')
  expect(say('chatFragment', ' \n')).toBe('12:03:05 – message from Anna')
  expect(say('chatFragment', 'x'.repeat(61))).toBe(`12:03:05 – message from Anna: “${'x'.repeat(59)}…”`)
  expect(say('chatFragment', 'x'.repeat(60))).toContain('x'.repeat(60))
})
