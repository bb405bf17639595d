import { describe, expect, test } from 'vitest'
import { testEvent } from '../../../../src/main/api/setup/test-message.ts'
import { readChatEvent } from '../../../../src/main/chatra/webhook.ts'
import { LANGUAGES } from '../../../../src/shared/i18n/index.ts'
import { TEST_VISITOR } from '../../../../src/shared/setup/test-visitor.ts'

describe.each(LANGUAGES)('the events of the test visitor (%s)', (language) => {
  test('the beginning reads like one of Chatra, with one message and without times', () => {
    const read = readChatEvent(JSON.parse(testEvent('chatStarted', language, 'test1')))
    expect(read).toMatchObject({
      ok: true,
      event: {
        kind: 'started',
        client: { id: TEST_VISITOR, chatId: TEST_VISITOR, email: null, phone: null, visit: null },
        messages: [{ id: 'test1', type: 'client', at: null }],
      },
      dropped: [],
    })
  })

  test('the end reads like one of Chatra, without a message', () => {
    const read = readChatEvent(JSON.parse(testEvent('chatTranscript', language, null)))
    expect(read).toMatchObject({ ok: true, event: { kind: 'transcript', messages: [] }, dropped: [] })
  })
})
