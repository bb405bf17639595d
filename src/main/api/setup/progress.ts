import type { Words } from '../../../shared/api/answer.ts'
import type { SetupProgress } from '../../../shared/api/setup.ts'
import type { Message } from '../../../shared/domain.ts'
import type { Side } from '../../../shared/errors.ts'
import { checkName } from '../../../shared/fields.ts'
import { parseReason } from '../../../shared/messages/reason.ts'
import { FOR_TEST_VISITOR, isTestVisitor } from '../../../shared/setup/test-visitor.ts'
import type { SideState } from '../../engine/ports.ts'
import type { LiveConnection } from '../../runtime/connections.ts'
import type { ApplicationStore } from '../../store/index.ts'

/** Lines of the log to read: more than a test conversation ever has. */
const LINES = 300

/**
 * The progress of the connection's newest conversation since line `sinceSeq` of the log. Reports an obstacle:
 * first a stopped side, then the state of the reply or of the client's message.
 */
export async function progressOf(
  live: LiveConnection,
  store: ApplicationStore,
  sinceSeq: number,
): Promise<SetupProgress> {
  const { settings } = live
  const all = await store.logPage({ connection: settings.id, limit: LINES })
  const lines = all.filter(({ seq }) => seq > sinceSeq).reverse()
  const newest = lines.find(({ conversation }) => conversation !== null)?.conversation
  const ids = new Set(lines.filter((one) => one.conversation === newest).map(({ id }) => Number(id)))
  const messages = (await Promise.all([...ids].map((id) => store.message(id)))).filter((one) => one !== null)
  const said = messages.filter(({ kind }) => kind === 'text')

  const fromClient = said.find(({ author }) => author.kind === 'client')
  const replies = said.filter(({ author }) => author.kind === 'employee')
  // An internal note says nothing about a reply that was sent before it.
  const reply =
    replies.find(({ state, reason }) => state !== 'skipped' || reason === FOR_TEST_VISITOR) ?? replies[0]
  const conversationId = fromClient?.conversationId ?? null
  const conversation = conversationId === null ? null : await store.conversation(conversationId)
  const taskId = conversation?.taskId ?? fromClient?.planfixTaskId ?? null
  return {
    isTest: isTestVisitor(fromClient?.chatraClientId ?? ''),
    clientMessage:
      fromClient && conversationId !== null
        ? { conversationId, text: textOf(fromClient), clientName: nameOf(fromClient) }
        : null,
    task: taskId === null ? null : { id: taskId, url: `${settings.planfix.webUrl}/task/${taskId}` },
    reply: reply ? { text: textOf(reply), author: nameOf(reply) } : null,
    replyDelivered: reply?.state === 'delivered',
    site: await siteOf(settings.id, fromClient?.chatraClientId ?? null, store),
    replyReceived: reply?.reason === FOR_TEST_VISITOR,
    problem: closedSide(live) ?? ofReply(reply) ?? ofMessage(fromClient),
  }
}

async function siteOf(
  connectionId: string,
  clientId: string | null,
  store: ApplicationStore,
): Promise<string | null> {
  const client = clientId === null ? null : await store.client(connectionId, clientId)
  const page = client?.profile.startPage ?? client?.profile.visit?.pages[0]
  const site = URL.parse(page?.link ?? '')?.hostname.replace(/^www\./, '') ?? ''
  return checkName(site) === null ? site : null
}

const textOf = ({ text, files }: Message): string => text || files.map(({ name }) => name).join(', ')
const nameOf = ({ author }: Message): string => ('name' in author ? author.name : '')

/** A side that waits for the owner comes before one that tries again by itself. */
function closedSide({ chatraBreaker, planfixBreaker }: LiveConnection): Words | null {
  const sides: [Side, SideState][] = [
    ['planfix', planfixBreaker.state],
    ['chatra', chatraBreaker.state],
  ]
  const closed =
    sides.find(([, { state }]) => state === 'paused') ?? sides.find(([, one]) => one.state !== 'ok')
  if (!closed) return null
  const [side, state] = closed
  if (state.state === 'ok') return null
  return { key: `error.${side}.${state.code}`, params: { scope: state.detail } }
}

function ofReply(reply: Message | undefined): Words | null {
  if (reply?.state === 'uncertain') return { key: 'wizard.problem.reply-unclear', params: {} }
  if (reply?.state !== 'skipped') return ofMessage(reply)
  const key = KEPT_INSIDE[reply.reason ?? '']
  return key ? { key, params: {} } : null
}

/** Reasons of `mayGoOut` (engine/intake/comment/may-go-out.ts). */
const KEPT_INSIDE: Record<string, string> = {
  'internal-client-not-notified': 'wizard.problem.reply-internal',
  'internal-hidden': 'wizard.problem.reply-hidden',
  'employee-not-allowed': 'wizard.problem.reply-not-allowed',
}

function ofMessage(message: Message | undefined): Words | null {
  if (message?.state !== 'failed' && message?.state !== 'retrying') return null
  const reason = message.reason ?? ''
  if (reason === 'client-unknown') return { key: 'reason.client-gone', params: {} }
  const cause = parseReason(reason)
  if (cause.kind === 'service')
    return { key: `error.${cause.side}.${cause.code}`, params: { scope: cause.detail } }
  return message.state === 'failed'
    ? { key: 'wizard.problem.message-failed', params: { detail: reason } }
    : null
}
