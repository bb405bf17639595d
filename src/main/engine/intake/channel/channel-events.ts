import type { Conversation } from '../../../../shared/domain.ts'
import { type ConnectionContext, stage } from '../../context.ts'
import { conversationOfChat } from '../../delivery/planfix/channel/chat-number.ts'
import { underRoots } from '../../people/roots.ts'
import { type ChannelReply, type InboxRow, isRestore, type ParseChannelCall } from '../../ports.ts'
import { NUMBERS_ARE_COMMENTS } from '../comment/comment.ts'
import { commentKey, echoesFor, lineLength, pendingWrites } from '../comment/comment-state.ts'
import { COMPARED_MS } from '../comment/message-before.ts'
import { refuse, reportAdded, settled } from '../inbox-outcome.ts'
import type { IntakeOptions } from '../options.ts'
import { authorOf, type Person } from './author.ts'
import { decideReply } from './channel-reply.ts'

/** Decides what calls of Planfix's Chat API mean, and commits that together with the outcome of their inbox rows. */
export class ChannelEvents {
  private readonly options: IntakeOptions
  private readonly parse: ParseChannelCall

  constructor(options: IntakeOptions, parse: ParseChannelCall) {
    this.options = options
    this.parse = parse
  }

  async decide(row: InboxRow, body: unknown): Promise<void> {
    const { context, serial } = this.options
    const connection = context.connections.get(row.connectionId)
    if (!connection) return
    const call = this.parse(body)
    if (call.kind === 'invalid') return refuse(context, row, call.reason)
    if (call.kind === 'unknown') return stage(context, [settled(row, { skipped: 'unknown-command' })])
    const { reply } = call
    const found = await conversationOfChat(context.store, row.connectionId, reply.chatId)
    if (!found) return refuse(context, row, 'no-known-chat')
    const people = await peopleOf(connection)
    await underRoots(context.store, serial, [found.id], async ([root = found]) => {
      const applied = await this.apply(row, reply, connection, root, people)
      await reportAdded(applied, this.options.added)
      this.options.wake(root.id, 'chatra')
    })
  }

  private async apply(
    row: InboxRow,
    reply: ChannelReply,
    connection: ConnectionContext,
    root: Conversation,
    people: { known: readonly Person[]; isComplete: boolean },
  ) {
    const { context, serial } = this.options
    const { store, clock } = context
    const { id } = connection.settings
    const { messageId } = reply
    const key = messageId === null ? `w::${row.seq}` : `w:${messageId}`
    // One after the other with a decision on the comment of that number.
    return serial.run(commentKey(id, Number(messageId) || 0), async () => {
      const task = root.taskId === null ? null : await store.task(id, root.taskId)
      const numbersAreComments = await store.fact<boolean>(id, NUMBERS_ARE_COMMENTS)
      const recent = await store.messagesSince(root.id, clock.now() - COMPARED_MS)
      const decision = decideReply(reply, key, {
        settings: connection.settings,
        now: clock.now(),
        conversation: root,
        task,
        author: authorOf(reply, people.known),
        knowsPeople: people.isComplete,
        known: messageId === null ? [] : await store.messagesByChannel(id, messageId),
        recent,
        numbersAreComments,
        attempts: await pendingWrites(store, root, null),
        maxText: connection.chatra.maxText,
        lineLength: lineLength(context, id),
        ...(await this.aboutRestore(row, root)),
        receivedAt: row.receivedAt,
        newId: () => store.newId(),
      })
      await stage(context, [...decision.changes, settled(row, decision)])
      // Without its number the comment is unknown until it is read, and could be edited or hidden unnoticed.
      if (task && numbersAreComments !== true) this.options.hint(id, task.taskId)
      return decision.changes
    })
  }

  /**
   * A call from before a restore was perhaps decided on, and its reply sent, by what was lost. Planfix may repeat it
   * afterwards.
   */
  private async aboutRestore({ receivedAt }: InboxRow, root: Conversation) {
    const { store, takeover } = this.options.context
    const last = takeover?.() ?? null
    if (!isRestore(last) || receivedAt > last.at + COMPARED_MS)
      return { takeover: null, restoredAt: null, echoes: [] }
    const devices = await store.clientsOf(root.id)
    const echoes = await echoesFor(store, root.connectionId, devices, last.backupAt)
    return { takeover: receivedAt < last.at ? last : null, restoredAt: last.at, echoes }
  }
}

/** Those of the account, or while they cannot be read those of the settings. */
async function peopleOf({ channel, settings }: ConnectionContext) {
  const known = await channel.people()
  if (known.length > 0) return { known, isComplete: true }
  const listed = settings.employees.flatMap(({ planfixUserId: id, name }) =>
    name === null ? [] : [{ id, name }],
  )
  return { known: listed, isComplete: false }
}
