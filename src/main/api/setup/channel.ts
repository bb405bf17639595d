import type { Answer } from '../../../shared/api/answer.ts'
import type { ReadArgs, Value } from '../../../shared/api.ts'
import type { Connection } from '../../../shared/config.ts'
import { type BridgeError, ok, type Result } from '../../../shared/errors.ts'
import { translate } from '../../../shared/i18n/index.ts'
import { chatSecretOf } from '../../http/chat-call.ts'
import { createPlanfixChannel } from '../../planfix/channel/channel.ts'
import { systemClock } from '../../process/clock.ts'
import { done, emptied, errorAnswer, errorAnswerOf, type Refusal } from '../responses.ts'
import { inChannelMode } from './connection.ts'
import type { SetupContext } from './context.ts'
import { notActive } from './problems.ts'

type Channel = ReturnType<typeof createPlanfixChannel>

/** A chat of Planfix that no client has: asking for it changes nothing and tests address and token. */
const NO_CHAT = 'test'
/** Of the contact and the task of a test message, so that everybody in Planfix knows what they are. */
const TEST_NAME = 'Test (Chatra)'

/** Whether the connection uses the Chat API, and whether it could. */
export async function channelState(setup: SetupContext, id: string): Promise<Answer<Value<'setup.channel'>>> {
  const connection = setup.connection(id)
  if (connection === null) return notActive()
  const token = await setup.secret(id, 'PLANFIX_CHAT_TOKEN')
  return done({ mode: connection.planfix.channel.mode, hasToken: token !== null })
}

/** What the owner enters in Planfix. It contains secrets, so a page requests it only to show it. */
export async function channelEntries(
  setup: SetupContext,
  id: string,
): Promise<Answer<Value<'setup.channelEntries'>>> {
  const connection = setup.connection(id)
  const webhookSecret = connection?.webhookSecret
  if (connection === null || webhookSecret === undefined) return notActive()
  const { publicUrl, hooksUrl } = setup.api.application
  return done({
    address: `${publicUrl ?? hooksUrl}/hooks/${id}/${webhookSecret}/planfix-chat`,
    public: publicUrl !== null,
    token: (await setup.secret(id, 'PLANFIX_CHAT_SECRET')) ?? chatSecretOf(webhookSecret),
    providerId: connection.planfix.channel.providerId,
  })
}

/** Switches it on or off; on only with Planfix's token, without which nothing would be delivered. */
export async function switchChannel(
  setup: SetupContext,
  { id, mode }: ReadArgs<'setup.channelMode'>,
): Promise<Answer<Record<string, never>>> {
  if (setup.connection(id) === null) return notActive()
  if (mode === 'chat-api' && (await setup.secret(id, 'PLANFIX_CHAT_TOKEN')) === null) return tokenFirst()
  return emptied(await setup.api.changeConnection(id, (one) => inChannelMode(one, mode)))
}

/**
 * Writes one message into a chat of its own, and asks for the task that Planfix has made of it. A repeated test goes
 * into the same task as long as it is open.
 */
export async function testChannel(
  setup: SetupContext,
  id: string,
): Promise<Answer<Value<'setup.channelTest'>>> {
  const connection = setup.connection(id)
  if (connection === null) return notActive()
  const token = await setup.secret(id, 'PLANFIX_CHAT_TOKEN')
  if (token === null) return tokenFirst()
  const { channel, webUrl } = connection.planfix
  const { language } = setup.api.application.configuration
  const sentAt = setup.api.application.now()
  const task = await withChannel(connection, token, (planfix) =>
    sendTest(planfix, `test-${id}`, translate(language, 'channel.test.message')),
  )
  if (!task.ok) return channelError(task.error, channel.url)
  if (task.value === null) return done({ sentAt, task: null })
  const { number } = task.value
  const isVisible = await isVisibleByRest(setup, id, number)
  return done({ sentAt, task: { id: number, url: `${webUrl}/task/${number}`, isVisible } })
}

/** Planfix makes a chat's task with the template's people: the employee of the REST token may be none of them. */
async function isVisibleByRest(setup: SetupContext, id: string, task: number): Promise<boolean | null> {
  const planfix = setup.api.application.connections.get(id)?.planfix
  if (!planfix) return null
  await planfix.rateLimiter.slot(1, 'setup')
  const read = await planfix.task(task)
  if (read.ok) return true
  return read.error.code === 'object-gone' ? false : null
}

/** Tests Planfix's token by a question; null = it is accepted. */
export async function refuseChatToken(connection: Connection, token: string): Promise<Refusal | null> {
  const asked = await withChannel(connection, token, (planfix) => planfix.task(NO_CHAT))
  return asked.ok ? null : channelError(asked.error, connection.planfix.channel.url)
}

async function sendTest(
  planfix: Channel,
  chatId: string,
  text: string,
): Promise<Result<{ number: number } | null>> {
  const turn = () => planfix.rateLimiter.slot(1, 'setup')
  await turn()
  const before = await planfix.task(chatId)
  if (!before.ok) return before
  await turn()
  const sent = await planfix.message({
    chatId,
    contact: { name: TEST_NAME, email: null, phone: null },
    text: { paragraphs: [{ label: null, text }] },
    files: [],
    echo: null,
    // A title renames an open task (contracts/planfix-chat.md A2).
    title: before.value === null || before.value.active === false ? TEST_NAME : null,
  })
  if (!sent.ok) return sent
  await turn()
  const after = await planfix.task(chatId)
  return after.ok ? ok(after.value) : after
}

async function withChannel<T>(
  connection: Connection,
  token: string,
  use: (planfix: Channel) => Promise<Result<T>>,
): Promise<Result<T>> {
  const planfix = createPlanfixChannel({ connection, token, clock: systemClock, people: async () => [] })
  try {
    return await use(planfix)
  } finally {
    planfix.close()
  }
}

const FIELD = 'planfixChatToken'
const tokenFirst = () => errorAnswer('conflict', 'channel.problem.token-first', { field: FIELD })

function channelError(error: BridgeError, address: string): Refusal {
  const { code, network, detail } = error
  const host = URL.parse(address)?.host ?? address
  if (network)
    return errorAnswer('service', `wizard.problem.network.${network}`, { params: { host }, detail })
  if (code === 'unreachable')
    return errorAnswer('service', 'channel.problem.address', { params: { address }, detail })
  if (code === 'refused') return errorAnswer('service', 'channel.problem.refused', { detail })
  if (code === 'unclear') return errorAnswer('service', 'channel.problem.unclear', { detail })
  return code === 'wrong-chat-token' ? errorAnswerOf(error, FIELD) : errorAnswerOf(error)
}
