import type { LogEntry, Message } from '../../shared/domain.ts'
import { translate } from '../../shared/i18n/index.ts'
import { parseReason } from '../../shared/messages/reason.ts'
import type { ChatraSimulator } from '../../simulators/chatra/index.ts'
import type { Application } from '../runtime/application.ts'
import type { LogPlace } from '../store/index.ts'
import { inColumn, type Screen } from './screen.ts'

const EVERY_MS = 100

export interface Follower {
  /** Prints the new lines of the log. */
  catchUp(): Promise<void>
  stop(): Promise<void>
}

/** Prints each important state change of each message, from the bridge's own log. */
export function followLog(app: Application, chatra: ChatraSimulator, screen: Screen): Follower {
  let place: LogPlace | null = null
  let stopped = false
  let last: Promise<void> = Promise.resolve()
  const round = async (): Promise<void> => {
    const read = await app.store.logAfter(place, 500)
    place = read.place
    for (const entry of read.lines) {
      const message = await app.store.message(Number(entry.id))
      if (message && isWorthPrinting(entry, message))
        screen.line(await lineOf(entry, message, app, chatra, screen))
    }
  }
  const catchUp = (): Promise<void> => {
    if (stopped) return last
    last = last.then(round)
    return last
  }
  const timer = setInterval(() => void catchUp(), EVERY_MS)
  return {
    catchUp,
    async stop() {
      clearInterval(timer)
      const end = catchUp()
      stopped = true
      await end
    },
  }
}

const PRINTED = new Set<LogEntry['state']>(['delivered', 'retrying', 'uncertain', 'failed', 'skipped'])

/**
 * `received`, `queued` and `sending` last only a moment; events that only explain an inbox row have no text.
 */
const isWorthPrinting = (entry: LogEntry, message: Message) =>
  PRINTED.has(entry.state) && (message.kind !== 'event' || message.text !== '')

async function lineOf(
  entry: LogEntry,
  message: Message,
  app: Application,
  chatra: ChatraSimulator,
  screen: Screen,
): Promise<string> {
  const stays = entry.state === 'skipped'
  const from = 'name' in message.author && message.author.name !== '' ? message.author.name : 'the bridge'
  const to =
    message.direction === 'to-planfix'
      ? entry.planfixTaskId === null
        ? 'Planfix'
        : `task ${entry.planfixTaskId}`
      : ((await clientName(message, app)) ?? 'the client')
  const arrow = stays ? '✕' : message.direction === 'to-planfix' ? '⇒' : '⇐'
  const road =
    message.direction === 'to-planfix' || stays ? `${from} ${arrow} ${to}` : `${to} ${arrow} ${from}`
  const time = new Date(entry.time).toTimeString().slice(0, 8)
  return [
    screen.paint('dim', time),
    screen.paint(message.direction === 'to-planfix' ? 'cyan' : 'magenta', inColumn(road, 34)),
    inColumn(wordsOf(message), 58),
    screen.paint(COLOURS[entry.state] ?? 'yellow', stateOf(entry, message, chatra)),
  ].join('  ')
}

const COLOURS: Partial<Record<LogEntry['state'], 'green' | 'red' | 'dim'>> = {
  delivered: 'green',
  failed: 'red',
  skipped: 'dim',
}

async function clientName(message: Message, app: Application): Promise<string | null> {
  if (message.conversationId === null) return null
  const clients = await app.store.clientsOf(message.conversationId)
  const client = clients.find((one) => one.clientId === message.chatraClientId) ?? clients[0]
  return client ? (client.profile.name ?? client.profile.displayedName) : null
}

function wordsOf(message: Message): string {
  const files = message.files.map((file) => `[file ${file.name}]`)
  const text = message.files.some((file) => file.name === message.text) ? '' : message.text
  const words = [text.replace(/\s+/g, ' '), ...files].filter((part) => part !== '').join(' ')
  if (message.kind === 'edit') return `edited: ${words}`
  return message.kind === 'delete' ? `deleted: ${words}` : words
}

/** Plain texts for the log's reasons that occur in the demo. */
const REASONS: Record<string, string> = {
  'internal-hidden': 'stays inside: marked hidden',
  'internal-client-not-notified': 'stays inside: the client is not notified',
  'employee-not-allowed': 'stays inside: this employee does not work in the channel',
  'client-left-emailed-by-chatra': 'delivered: the client has left, Chatra e-mails it',
  'picture-not-delivered': 'delivered, without a picture that only employees can open',
  'client-left-no-email': 'delivered, but the client has left and gave no e-mail',
}

function stateOf(entry: LogEntry, message: Message, chatra: ChatraSimulator): string {
  const why =
    entry.reason === null ? '' : (REASONS[entry.reason] ?? `${entry.state}: ${explained(entry.reason)}`)
  if (entry.state !== 'delivered' || message.direction !== 'to-chatra' || message.kind !== 'text')
    return why || entry.state
  const said = chatra.clients
    .flatMap((client) => client.messages)
    .find((one) => one.id === message.chatraMessageId)
  return `${why || entry.state}${said?.agentName ? ` (speaks as ${said.agentName})` : ''}`
}

/** A failure is stored as `planfix: unclear (detail)`; the catalogue contains the text for an owner. */
function explained(reason: string): string {
  const cause = parseReason(reason)
  return cause.kind === 'service' ? translate('en', `error.${cause.side}.${cause.code}`) : reason
}
