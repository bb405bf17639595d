import { describe, expect, test } from 'vitest'
import { readChatEvent } from '../../../src/main/chatra/webhook.ts'
import { answered, asked, client, fragment, julia, started, startPage, transcript } from './samples.ts'

function event(body: unknown) {
  const read = readChatEvent(body)
  if (!read.ok) throw new Error(read.reason)
  return read.event
}
function reason(body: unknown) {
  const read = readChatEvent(body)
  return read.ok ? 'accepted' : read.reason
}
const message = (value: object) =>
  event({ ...fragment, messages: [{ type: 'client', ...value }] }).messages[0]

describe('the three events', () => {
  test('chatStarted contains its one message and the start page', () => {
    expect(event(started)).toMatchObject({
      kind: 'started',
      agents: [],
      startPage,
      client: { id: client.id, chatId: client.chatId, startPage },
      messages: [
        { id: asked.id, type: 'client', text: asked.text, at: 1760000030000, isPushed: false, file: null },
      ],
    })
  })

  test('chatFragment contains all messages in order, with authors', () => {
    expect(event(fragment)).toMatchObject({
      kind: 'fragment',
      agents: [julia],
      startPage: null,
      messages: [
        { id: asked.id, type: 'client', agentId: null, receivedFrom: null },
        {
          id: answered.id,
          type: 'agent',
          agentId: julia.id,
          agentName: 'Julia',
          receivedFrom: 'planfix-bridge',
        },
      ],
    })
  })

  test('chatTranscript contains the whole chat', () => {
    expect(event(transcript)).toMatchObject({ kind: 'transcript', startPage })
    expect(event(transcript).messages).toHaveLength(2)
  })

  test('an agent who began the chat is among the agents', () => {
    expect(event({ ...started, agent: julia }).agents).toEqual([julia])
  })

  test('unknown keys change nothing', () => {
    const odd = { leadScore: 7, x: { y: [] } }
    const noisy = {
      ...fragment,
      ...odd,
      client: { ...client, ...odd },
      messages: [{ ...asked, ...odd }, answered],
    }
    expect(event(noisy)).toEqual(event(fragment))
  })

  test('the start page has two names', () => {
    expect(event({ ...fragment, conversationStartPage: startPage }).startPage).toEqual(startPage)
  })

  test('agents may come as bare ids', () => {
    expect(
      event({ ...fragment, agents: [{ id: 'a' }, 'b', null, { id: 'a', name: 'Again' }] }).agents,
    ).toEqual([
      { id: 'a', name: null, email: null },
      { id: 'b', name: null, email: null },
    ])
  })

  test('a fragment with a single message is read', () => {
    expect(event({ eventName: 'chatFragment', client, message: asked }).messages).toHaveLength(1)
  })

  test('a chatStarted with a list of messages is read', () => {
    expect(event({ eventName: 'chatStarted', client, messages: [asked] }).messages).toHaveLength(1)
  })
})

describe('refused bodies and the reason', () => {
  test.each([
    [{ ...fragment, eventName: 'agentJoined' }, 'unknown event "agentJoined"'],
    [{ ...fragment, eventName: '__proto__' }, 'unknown event "__proto__"'],
    [{ ...fragment, eventName: undefined }, 'eventName: missing'],
    [{ ...fragment, eventName: 5 }, 'eventName: expected a text'],
    [{ ...fragment, client: undefined }, 'client: missing'],
    [{ ...fragment, client: 'Anna' }, 'client: expected an object'],
    [{ ...fragment, client: { ...client, id: null } }, 'client.id: missing'],
    [{ ...fragment, client: { ...client, id: '' } }, 'client.id: missing'],
    [{ ...fragment, client: { ...client, id: {} } }, 'client.id: expected a text'],
    [{ ...fragment, client: { ...client, id: 'x'.repeat(501) } }, 'client.id: longer than 500 characters'],
    [{ ...fragment, messages: undefined }, 'messages: missing'],
    [{ ...fragment, messages: 'Hello' }, 'messages: expected an array'],
    [{ ...started, message: undefined }, 'message: missing'],
    [{ ...started, message: { text: 'Hi' } }, 'message.type: expected "client" or "agent"'],
    [{ ...fragment, messages: [{ text: 'Hi', type: 1 }] }, 'messages[0].type: expected "client" or "agent"'],
    [{ ...fragment, messages: [7] }, 'messages[0]: expected an object'],
    [null, 'body: missing'],
    [[], 'body: expected an object'],
    ['chatFragment', 'body: expected an object'],
  ])('the event is refused with the reason: %j', (body, why) => {
    expect(reason(body)).toBe(why)
  })

  test('one invalid message does not affect the others', () => {
    const read = readChatEvent({
      ...fragment,
      messages: [asked, 'x', { text: 'Hi' }, { type: 'client' }, answered],
    })
    expect(read).toMatchObject({
      ok: true,
      event: { messages: [{ id: asked.id }, { id: answered.id }] },
      dropped: [
        'messages[1]: expected an object',
        'messages[2].type: expected "client" or "agent"',
        'messages[3]: neither text nor file',
      ],
    })
  })

  test('a transcript of invalid messages still says that the chat is over', () => {
    expect(event({ ...transcript, messages: [1, 2] })).toMatchObject({ kind: 'transcript', messages: [] })
  })

  test('a fragment of empty messages still describes the client', () => {
    expect(event({ ...fragment, messages: [{ type: 'client', text: ' ' }] }).client.id).toBe(client.id)
  })
})

describe('a message', () => {
  test.each([
    [{ text: 'a', message: 'b' }, 'a'],
    [{ message: 'b' }, 'b'],
    [{ text: '', message: 'b' }, 'b'],
    [{ text: null, message: 'b' }, 'b'],
    [{ text: ' two\nlines\t', message: 'b' }, ' two\nlines\t'],
    [{ text: 'bell\u0007\u0000' }, 'bell'],
    [{ text: 'half \ud83d' }, 'half \ufffd'],
  ])('a message with %j is read', (value, text) => {
    expect(message(value)?.text).toBe(text)
  })

  test('an unknown type is a system message', () => {
    expect(message({ type: 'bot', text: 'Hi' })?.type).toBe('system')
    expect(message({ type: 'system', text: 'Hi' })?.type).toBe('system')
  })

  test.each([
    [1760000030000, 1760000030000],
    [1760000030000.7, 1760000030000],
    ['1760000030000', 1760000030000],
    ['2025-10-09T08:53:50.000Z', 1760000030000],
    ['2025-10-09T11:53:50+03:00', 1760000030000],
    ['2025-10-09T08:53:50', 1760000030000],
    [1760000030, null],
    [-1, null],
    [1e300, null],
    ['', null],
    ['tomorrow', null],
    ['2025-13-45T99:99:99Z', null],
    [{ $date: 1760000030000 }, null],
    [undefined, null],
  ])('createdAt %j is %j', (createdAt, at) => {
    expect(message({ text: 'x', createdAt })?.at).toBe(at)
  })

  test.each([
    [
      { name: 'a.png', url: 'https://f.example/1', size: 5 },
      { name: 'a.png', url: 'https://f.example/1', size: 5 },
    ],
    [
      { filename: 'a.png', link: 'http://f.example/1' },
      { name: 'a.png', url: 'http://f.example/1', size: null },
    ],
    [
      { url: 'https://f.example/d/b%20c.pdf', size: -1 },
      { name: 'b c.pdf', url: 'https://f.example/d/b%20c.pdf', size: null },
    ],
    [
      { name: 'x', url: 'https://f.example/%zz', size: 'big' },
      { name: 'x', url: 'https://f.example/%zz', size: null },
    ],
    [{ name: 'x', url: 'javascript:alert(1)' }, null],
    [{ name: 'x', url: 'file:///etc/passwd' }, null],
    [{ name: 'x' }, null],
    ['https://f.example/1', null],
  ])('the file %j becomes %j', (file, expected) => {
    const read = readChatEvent({ ...fragment, messages: [{ type: 'client', file }] })
    expect(read.ok && (read.event.messages[0]?.file ?? null)).toEqual(expected)
  })

  test('a file without a name is named after the text', () => {
    expect(message({ text: 'photo.jpg', file: { url: 'https://f.example/1' } })?.file?.name).toBe('photo.jpg')
  })

  test('a message may have no id', () => {
    expect(message({ text: 'x' })?.id).toBeNull()
  })
})
