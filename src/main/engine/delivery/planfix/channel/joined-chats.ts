import { ok, type Result } from '../../../../../shared/errors.ts'
import type { EngineContext } from '../../../context.ts'
import { isRestore } from '../../../ports.ts'
import { isDoubtful, writtenIn } from '../../failover.ts'
import { isAnothers, type Marked } from '../our-tasks.ts'
import type { ConversationState } from '../planfix-step-runner.ts'

/**
 * After a restore: tasks of chats that the conversation's other devices had of their own, before they joined it in the
 * lost time. The present task of such a chat is one of this conversation when messages of that time stand in it.
 */
export async function tasksOfJoined(
  context: EngineContext,
  state: ConversationState,
): Promise<Result<Marked[]>> {
  const takeover = context.takeover?.() ?? null
  const doubtful = isRestore(takeover) ? state.waiting.filter((one) => isDoubtful(one, takeover)) : []
  if (doubtful.length === 0) return ok([])
  const { store } = context
  const { settings, conversation, connection, channelChat } = state
  const found: Marked[] = []
  for (const { clientId, profile } of await store.clientsOf(conversation.id)) {
    if (clientId === channelChat || !doubtful.some(({ chatraClientId }) => chatraClientId === clientId))
      continue
    const asked = await connection.channel.task(clientId)
    if (!asked.ok) return asked
    const { number = 0 } = asked.value ?? {}
    if (number === 0 || (await store.task(settings.id, number))) continue
    if (await isAnothers(context, settings.id, number)) continue
    await state.slot()
    const read = await connection.planfix.task(number)
    if (!read.ok && read.error.code !== 'object-gone') return read
    if (!read.ok || read.value.isDeleted) continue
    const written = await writtenIn(context, state, [number], doubtful)
    if (!written.ok) return written
    if (written.value.size === 0) continue
    const n = (await store.taskCount(settings.id, profile.chatId)) + 1
    found.push({ task: read.value, chatId: profile.chatId, n, byChannel: true })
  }
  return ok(found)
}
