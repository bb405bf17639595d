import { type Configuration, usesChatApi } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import type { Clock } from '../engine/ports.ts'
import {
  type ChatCallForm,
  type CheckedChatCall,
  chatSecretOf,
  checkChatCall,
  formIn,
} from '../http/chat-call.ts'
import type { SecretSource } from '../secrets/environment.ts'

interface Options {
  clock: Pick<Clock, 'now'>
  secrets: SecretSource
  notify(event: BridgeEvent): void
}

/**
 * Calls of Planfix's Chat API: with which token each connection takes them. A connection that works by REST takes none,
 * and its owner is told so once.
 */
export class ChatCalls {
  private readonly options: Options
  private readonly tokens = new Map<string, string>()
  private connections: Configuration['connections'] = []
  private readonly reported = new Set<string>()

  constructor(options: Options) {
    this.options = options
  }

  /** To be called with each configuration before it is used. */
  async follow({ connections }: Pick<Configuration, 'connections'>): Promise<void> {
    const tokens = await Promise.all(connections.map((one) => this.tokenOf(one)))
    this.connections = connections
    this.tokens.clear()
    connections.forEach(({ id }, index) => {
      const token = tokens[index]
      if (token) this.tokens.set(id, token)
    })
  }

  /** Null: as if there were no such address. */
  check(connectionId: string, form: ChatCallForm): CheckedChatCall | null {
    const connection = this.connections.find(({ id }) => id === connectionId)
    const token = this.tokens.get(connectionId)
    if (connection && token !== undefined && usesChatApi(connection)) return checkChatCall(form, token)
    if (connection) this.reportOnce(connection.id, connection.name)
    return null
  }

  /** The text to store of a call that a relay has passed on with its token; null = none. */
  fromRelay(connectionId: string, body: string): string | null {
    const form = formIn(body)
    return form === null ? null : (this.check(connectionId, form)?.body ?? null)
  }

  private async tokenOf({ id, webhookSecret, ...connection }: Configuration['connections'][number]) {
    if (!usesChatApi(connection)) return null
    const own = await this.options.secrets.get(id, 'PLANFIX_CHAT_SECRET')
    return own ?? (webhookSecret === undefined ? null : chatSecretOf(webhookSecret))
  }

  private reportOnce(connectionId: string, name: string): void {
    if (this.reported.has(connectionId)) return
    this.reported.add(connectionId)
    const { clock, notify } = this.options
    const params = { connection: name }
    notify({ time: clock.now(), connectionId, level: 'warning', key: 'event.chat-not-used', params })
  }
}
