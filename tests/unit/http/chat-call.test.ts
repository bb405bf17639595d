import { describe, expect, test } from 'vitest'
import { chatSecretOf, checkChatCall, formIn, passOn } from '../../../src/main/http/chat-call.ts'

const TOKEN = 'our-token'
const call = (...pairs: [string, string][]): [string, string][] => [
  ['cmd', 'newMessage'],
  ['token', TOKEN],
  ['chatId', 'anna'],
  ['message', 'Hello'],
  ...pairs,
]
const without = (key: string) => call().filter(([name]) => name !== key)

describe('a call of the Chat API', () => {
  test('a message is stored without the token, and answered with the number of its chat', () => {
    const { status, answer, body } = checkChatCall(call(), TOKEN)
    expect({ status, answer }).toEqual({ status: 200, answer: { chatId: 'anna', contactId: 'anna' } })
    expect(body).not.toContain(TOKEN)
    expect(formIn(body ?? '')).toEqual(without('token'))
  })
  test('repeated keys are kept in their order', () => {
    const files: [string, string][] = ['a', 'b'].flatMap((name) => [
      ['attachments[name]', name],
      ['attachments[url]', `https://acme.planfix.com/file/${name}`],
    ])
    expect(formIn(checkChatCall(call(...files), TOKEN).body ?? '')?.slice(-4)).toEqual(files)
  })
  test.each([
    ['a wrong token', call().map(([key, value]) => [key, key === 'token' ? 'other' : value])],
    ['no token', without('token')],
    [
      'a token with one more letter',
      call().map(([key, value]) => [key, key === 'token' ? `${value}x` : value]),
    ],
  ] as [string, [string, string][]][])('%s is refused, and nothing is stored', (_what, form) => {
    expect(checkChatCall(form, TOKEN)).toEqual({
      status: 401,
      answer: { error: 'Invalid token' },
      body: null,
    })
  })
  test.each([
    ['without a chat', without('chatId')],
    ['with neither text nor file', without('message')],
    ['with a text of spaces', call().map(([key, value]) => [key, key === 'message' ? ' \n' : value])],
  ] as [string, [string, string][]][])('a message %s is invalid', (_what, form) => {
    expect(checkChatCall(form, TOKEN)).toMatchObject({ status: 400, body: null })
  })
  test('a file needs no text', () => {
    const form = without('message').concat([['attachments[url]', 'https://acme.planfix.com/file/1']])
    expect(checkChatCall(form, TOKEN)).toMatchObject({ status: 200 })
  })
  test('an unknown command is recorded, and answered with nothing', () => {
    const form = call().map(([key, value]): [string, string] => [key, key === 'cmd' ? 'dance' : value])
    const { status, answer, body } = checkChatCall(form, TOKEN)
    expect({ status, answer }).toEqual({ status: 200, answer: {} })
    expect(body).toContain('dance')
  })
  test('a relay stores the token as well, for the bridge behind it', () => {
    expect(passOn('shop', call())).toEqual({
      status: 200,
      answer: { chatId: 'anna', contactId: 'anna' },
      body: JSON.stringify({ form: call() }),
    })
  })
  test('the token that follows from a secret is always the same, and another one for another secret', () => {
    expect(chatSecretOf('secret')).toBe(chatSecretOf('secret'))
    expect(chatSecretOf('secret')).toMatch(/^[\w-]{32}$/)
    expect(chatSecretOf('secret')).not.toBe(chatSecretOf('secret2'))
  })
})
