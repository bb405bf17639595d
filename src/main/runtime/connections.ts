import { isDeepStrictEqual } from 'node:util'
import type { AxiosAdapter } from 'axios'
import { type Connection, usesChatApi } from '../../shared/config.ts'
import type { Side } from '../../shared/errors.ts'
import { createChatraClient } from '../chatra/client.ts'
import type { ConnectionContext } from '../engine/context.ts'
import type { Continuity } from '../engine/continuity.ts'
import { SideBreaker } from '../engine/delivery/side-breaker.ts'
import type { Probed } from '../engine/index.ts'
import type { Clock, PlanfixChannel, SideState, Takeover } from '../engine/ports.ts'
import { createPlanfixChannel } from '../planfix/channel/channel.ts'
import { createPeople } from '../planfix/channel/people.ts'
import { createPlanfixClient, type PlanfixClient } from '../planfix/client.ts'
import type { ConnectionWatch } from '../planfix/watcher/watcher.ts'
import type { SecretSource } from '../secrets/environment.ts'
import type { ApplicationStore } from '../store/index.ts'
import type { ChatraAccounts } from './accounts/chatra-accounts.ts'
import type { PlanfixAccount } from './accounts/planfix-accounts.ts'
import { CHANNEL_WRITES, CHATRA_WRITES, PLANFIX_WRITES, withWriteGuard } from './write-guard.ts'

type MissingSecret = 'chatra-secret-key' | 'planfix-token' | 'planfix-chat-token' | 'webhook-secret'

/** One enabled connection with its clients, its watcher and the state of both sides. */
export interface LiveConnection extends ConnectionContext {
  planfix: PlanfixClient
  channel: PlanfixChannel & { close(): void }
  watcher: ConnectionWatch
  /** Shared with other connections of the same account. */
  account: PlanfixAccount
  /** What the owner must provide before it can work. */
  missing: MissingSecret[]
  /** The same for the log: where to put each of them. */
  missingAt: string[]
  keys: Keys
}

/** The secrets a connection was opened with. */
export interface Keys {
  chatra: string | null
  planfix: string | null
  /** Planfix's token for its Chat API. */
  chat: string | null
}

export async function keysOf(secrets: SecretSource, connectionId: string): Promise<Keys> {
  const [chatra, planfix, chat] = await Promise.all([
    secrets.get(connectionId, 'CHATRA_SECRET_KEY'),
    secrets.get(connectionId, 'PLANFIX_TOKEN'),
    secrets.get(connectionId, 'PLANFIX_CHAT_TOKEN'),
  ])
  return { chatra, planfix, chat }
}

/** It can continue: the same settings and the same secrets. */
export const isStill = (live: LiveConnection, settings: Connection, keys: Keys): boolean =>
  isDeepStrictEqual(live.settings, settings) && isDeepStrictEqual(live.keys, keys)

/** Creates the clients of a connection. A missing secret is reported; nothing is sent without it. */
export function openConnection(options: {
  settings: Connection
  keys: Keys
  secrets: Pick<SecretSource, 'whereToPut'>
  store: ApplicationStore
  account: PlanfixAccount
  /** What `doctor --probe` learned about the account; null = nothing. */
  probed: Probed | null
  clock: Clock
  random: () => number
  changed(side: Side, state: SideState): void
  /** The inbox has a new row. */
  onNews(): void
  onBug(error: unknown, where: string): void
  mayWrite(): boolean
  takeover: () => Takeover | null
  chatraAccounts: ChatraAccounts
  continuity: Continuity
  /** Replaces Node's HTTP for every request to both services. */
  exchange?: AxiosAdapter | undefined
}): LiveConnection {
  const { settings, keys, store, account, clock, changed, continuity } = options
  const where = (name: 'CHATRA_SECRET_KEY' | 'PLANFIX_TOKEN' | 'PLANFIX_CHAT_TOKEN') =>
    options.secrets.whereToPut(settings.id, name)
  const lacking: [MissingSecret, string][] = []
  if (keys.chatra === null) lacking.push(['chatra-secret-key', where('CHATRA_SECRET_KEY')])
  if (keys.planfix === null) lacking.push(['planfix-token', where('PLANFIX_TOKEN')])
  if (usesChatApi(settings) && keys.chat === null)
    lacking.push(['planfix-chat-token', where('PLANFIX_CHAT_TOKEN')])
  if (settings.webhookSecret === undefined) lacking.push(['webhook-secret', 'webhookSecret'])
  const { exchange: adapter, probed } = options
  // Calls of the Chat API are requests of the day in this account.
  const chatCounts = probed?.positions['webchat-counts-as-rest'] === 'yes'
  const guard = { side: 'planfix', mayWrite: options.mayWrite } as const
  const planfix = withWriteGuard(
    createPlanfixClient({
      connection: settings,
      token: keys.planfix,
      clock,
      adapter,
      rateLimiter: account.rateLimiter,
      budget: account.quota,
      times: account.times,
      onCall: ({ status, ms }) => (status === null ? continuity.unanswered(ms) : continuity.exchanged()),
    }),
    PLANFIX_WRITES,
    guard,
  )
  const channel = createPlanfixChannel({
    connection: settings,
    token: keys.chat,
    clock,
    adapter,
    people: createPeople({
      clock,
      read: async () => {
        await planfix.rateLimiter.slot(1, 'people')
        return planfix.users()
      },
    }),
    onCall: ({ status, ms }) => {
      if (chatCounts) account.quota.recordRequest()
      return status === null ? continuity.unanswered(ms) : continuity.exchanged()
    },
  })
  const chatra = createChatraClient({
    connection: settings,
    secretKey: keys.chatra,
    now: () => clock.now(),
    after: (ms, work) => clock.after(ms, work),
    adapter,
    onCall: ({ status }) => void (status !== null && continuity.exchanged()),
  })
  const chatraAccount = options.chatraAccounts.of(settings, keys.chatra)
  const planfixBreaker = new SideBreaker(account.breaker, (state) => changed('planfix', state))
  const watcher = account.watcher.join({
    settings,
    planfix,
    store,
    breaker: planfixBreaker,
    onNews: options.onNews,
    takeover: options.takeover,
    mayWrite: options.mayWrite,
    onBug: (error) => options.onBug(error, `watcher of ${settings.id}`),
  })
  return {
    settings,
    keys,
    missing: lacking.map(([secret]) => secret),
    missingAt: lacking.map(([, place]) => place),
    chatra: withWriteGuard(chatra, CHATRA_WRITES, { ...guard, side: 'chatra' }),
    planfix,
    channel: withWriteGuard(channel, CHANNEL_WRITES, guard),
    chatraBreaker: new SideBreaker(chatraAccount.breaker, (state) => changed('chatra', state)),
    chatraLimiter: chatraAccount.limiter,
    planfixBreaker,
    watcher,
    watch: watcher,
    account,
  }
}
