import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test } from 'vitest'
import { refuseKeys } from '../../../../src/main/api/settings/secrets.ts'
import { inChannelMode, withSettings } from '../../../../src/main/api/setup/connection.ts'
import { chatSecretOf } from '../../../../src/main/http/chat-call.ts'
import { parseConfiguration } from '../../../../src/shared/config.ts'
import { isTextKey } from '../../../../src/shared/i18n/index.ts'
import { atEnd, type Desk, openDesk, refusal, SHOP, value } from '../../../support/setup-harness.ts'

const TOKEN = 'token-of-the-chat'
type Call = Record<string, string>

/** Planfix's address for chats: it makes a task of the first message, and answers as documented (contracts A2). */
async function chats(answer: (call: Call) => { status: number; body: unknown } | null = () => null) {
  const calls: Call[] = []
  let task: { number: string; statusIsActive: boolean } | null = null
  const server = createServer(async (request, response) => {
    const call = Object.fromEntries(new URLSearchParams(await text(request)))
    calls.push(call)
    const known = () => {
      if (call.planfix_token !== TOKEN) return { status: 401, body: { error: 'Invalid token' } }
      if (call.cmd === 'newMessage') {
        task ??= { number: '77', statusIsActive: true }
        return { status: 200, body: '' }
      }
      return task === null
        ? { status: 400, body: { error: 'task not found' } }
        : { status: 200, body: { data: JSON.stringify(task) } }
    }
    const { status, body } = answer(call) ?? known()
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === '' ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => void server.closeAllConnections())
  atEnd(() => void server.close())
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webchat/api` }
}

const shopAt = (url: string, more: object = {}) => ({
  ...SHOP,
  planfix: { ...SHOP.planfix, channel: { url, ...more } },
})

let desk: Desk
let planfix: Awaited<ReturnType<typeof chats>>
const begin = async (answer?: Parameters<typeof chats>[0]) => {
  planfix = await chats(answer)
  desk = await openDesk({ language: 'ru', connections: [shopAt(planfix.url)] })
}

describe('what to enter in Planfix', () => {
  test('address, token and id are those that the receiver and the client use', async () => {
    desk = await openDesk({ connections: [SHOP] })
    expect(await value(desk.calls['setup.channelEntries']({ id: 'shop' }))).toEqual({
      address: 'http://127.0.0.1:4000/hooks/shop/shop-hook-secret-0123456789/planfix-chat',
      public: false,
      token: chatSecretOf(SHOP.webhookSecret),
      providerId: 'chatra-shop',
    })
  })

  test('a token that the owner has set comes before the derived one', async () => {
    desk = await openDesk({ connections: [SHOP] })
    await desk.secrets.set('shop', 'PLANFIX_CHAT_SECRET', 'a-token-of-the-owner')
    const { token } = await value(desk.calls['setup.channelEntries']({ id: 'shop' }))
    expect(token).toBe('a-token-of-the-owner')
  })

  test('a connection that is not in the settings has none', async () => {
    desk = await openDesk()
    const { id } = await value(desk.calls['setup.begin']({ connectionId: null, name: 'shop.example' }))
    for (const name of ['setup.channel', 'setup.channelEntries', 'setup.channelTest'] as const) {
      expect(await refusal(desk.calls[name]({ id }))).toMatchObject({ key: 'wizard.problem.not-active' })
    }
  })
})

describe('the switch', () => {
  beforeEach(() => begin())
  const state = () => value(desk.calls['setup.channel']({ id: 'shop' }))

  test('it goes on only with the token of Planfix, and off at any time', async () => {
    const on = () => desk.calls['setup.channelMode']({ id: 'shop', mode: 'chat-api' })
    expect(await refusal(on())).toMatchObject({
      code: 'conflict',
      key: 'channel.problem.token-first',
      field: 'planfixChatToken',
    })
    expect(await state()).toEqual({ mode: 'rest', hasToken: false })
    await desk.secrets.set('shop', 'PLANFIX_CHAT_TOKEN', TOKEN)
    await value(on())
    expect(await state()).toEqual({ mode: 'chat-api', hasToken: true })
    expect(desk.settings.file.connections?.[0]?.planfix).toEqual({
      ...SHOP.planfix,
      channel: { url: planfix.url, mode: 'chat-api' },
    })
    await desk.secrets.remove('shop')
    await value(desk.calls['setup.channelMode']({ id: 'shop', mode: 'rest' }))
    expect(await state()).toEqual({ mode: 'rest', hasToken: false })
  })

  test('other settings of the connection leave it as it is; another account begins without it', () => {
    const on = inChannelMode({ id: 'shop', planfix: { baseUrl: 'https://a.planfix.com/rest' } }, 'chat-api')
    const saved = withSettings(on, { planfix: { baseUrl: 'https://a.planfix.com/rest', pollSeconds: 9 } })
    expect(saved).toEqual({
      id: 'shop',
      planfix: { baseUrl: 'https://a.planfix.com/rest', pollSeconds: 9, channel: { mode: 'chat-api' } },
    })
    expect(withSettings(on, { planfix: { baseUrl: 'https://b.planfix.com/rest' } })).toEqual({
      id: 'shop',
      planfix: { baseUrl: 'https://b.planfix.com/rest' },
    })
  })

  test('going through the wizard again keeps it', async () => {
    await desk.secrets.set('shop', 'CHATRA_SECRET_KEY', 'chatra-secret')
    await desk.secrets.set('shop', 'PLANFIX_TOKEN', 'planfix-token')
    await desk.secrets.set('shop', 'PLANFIX_CHAT_TOKEN', TOKEN)
    await value(desk.calls['setup.channelMode']({ id: 'shop', mode: 'chat-api' }))
    await value(desk.calls['setup.begin']({ connectionId: 'shop' }))
    await value(desk.calls['setup.activate']({ id: 'shop' }))
    expect(await state()).toMatchObject({ mode: 'chat-api' })
  })
})

describe("Planfix's token", () => {
  const refused = async (token: string) => {
    const parsed = parseConfiguration({ connections: [shopAt(planfix.url)] })
    if (!parsed.ok || !parsed.value.connections[0]) throw new Error('the configuration of the test is wrong')
    const answer = await refuseKeys(
      parsed.value.connections[0],
      { chatra: null, planfix: null, chat: token },
      undefined,
    )
    return answer && { key: answer.error.message.key, field: answer.error.field, detail: answer.error.detail }
  }

  test('it is tried with a question that changes nothing', async () => {
    await begin()
    expect(await refused(TOKEN)).toBeNull()
    expect(planfix.calls.map(({ cmd, providerId }) => [cmd, providerId])).toEqual([
      ['getTask', 'chatra-shop'],
    ])
  })

  test('a wrong token is refused at its input, and not repeated in the answer', async () => {
    await begin()
    const answer = await refused('not-the-token')
    expect(answer).toMatchObject({ key: 'error.planfix.wrong-chat-token', field: 'planfixChatToken' })
    expect(answer?.detail).not.toContain('not-the-token')
    expect(await refused('')).toMatchObject({ key: 'wizard.problem.token-empty', field: 'planfixChatToken' })
  })

  test('another program at the address is said to be one', async () => {
    await begin(() => ({ status: 404, body: {} }))
    expect(await refused(TOKEN)).toMatchObject({ key: 'channel.problem.address', field: null })
    await begin(() => ({ status: 200, body: 'hello' }))
    expect(await refused(TOKEN)).toMatchObject({ key: 'error.planfix.failing' })
  })
})

describe('the test message', () => {
  const send = () => desk.calls['setup.channelTest']({ id: 'shop' })
  const ready = async (answer?: Parameters<typeof chats>[0]) => {
    await begin(answer)
    await desk.secrets.set('shop', 'PLANFIX_CHAT_TOKEN', TOKEN)
  }

  test('it is written into a chat of its own, and the task of it is named', async () => {
    await ready()
    expect(await value(send())).toEqual({
      sentAt: 1000,
      task: { id: 77, url: 'https://shop.planfix.com/task/77', isVisible: null },
    })
    expect(planfix.calls.map(({ cmd }) => cmd)).toEqual(['getTask', 'newMessage', 'getTask'])
    expect(planfix.calls[1]).toMatchObject({
      chatId: 'test-shop',
      contactName: 'Test (Chatra)',
      title: 'Test (Chatra)',
      message: expect.stringMatching('проверка'),
    })
  })

  test('a second one goes into the same task and does not rename it', async () => {
    await ready()
    await value(send())
    await value(send())
    const [first, second] = planfix.calls.filter(({ cmd }) => cmd === 'newMessage')
    expect(second?.chatId).toBe(first?.chatId)
    expect(second).not.toHaveProperty('title')
  })

  test('Planfix may take it without naming a task', async () => {
    await ready(({ cmd }) => (cmd === 'getTask' ? { status: 400, body: { error: 'task not found' } } : null))
    expect(await value(send())).toEqual({ sentAt: 1000, task: null })
  })

  test.each([
    [{ status: 400, body: { error: 'Invalid parameters' } }, 'channel.problem.refused'],
    [{ status: 401, body: { error: 'Invalid token' } }, 'error.planfix.wrong-chat-token'],
    [{ status: 500, body: {} }, 'channel.problem.unclear'],
    [{ status: 429, body: {} }, 'error.planfix.rate-limited'],
  ])('the answer %j to the message is explained', async (said, key) => {
    await ready(({ cmd }) => (cmd === 'newMessage' ? said : null))
    expect(await refusal(send())).toMatchObject({ code: 'service', key })
    expect(isTextKey(key)).toBe(true)
  })

  test('nothing is sent without the token', async () => {
    await begin()
    expect(await refusal(send())).toMatchObject({ key: 'channel.problem.token-first' })
    expect(planfix.calls).toEqual([])
  })
})
