import { assertNever } from '../../shared/errors.ts'
import type { Change } from '../engine/ports.ts'
import { foldEmail } from '../store/rows/changes.ts'
import { handedAt, messageColumns } from '../store/rows/messages.ts'

/** The changes of one commit as `bridge_commit` takes them (tables/commit-function.ts): JSON that names columns. */
export function shaped(changes: readonly Change[]): unknown[] {
  // Intake settles an inbox row in the commit that adds its messages: that links a message to its event.
  const settled = changes.find((change) => change.type === 'inbox.settle')
  return changes.map((change) => shape(change, settled?.seq ?? null))
}

function shape(change: Change, inbox: number | null): unknown {
  const { type } = change
  switch (type) {
    case 'inbox.add': {
      const { connectionId: connection, source, receivedAt: at, body } = change.row
      return { type, connection, source, at, body }
    }
    case 'client.save': {
      const {
        connectionId: connection,
        clientId: client,
        conversationId: conversation,
        profile,
      } = change.client
      const email = profile.email === null ? null : foldEmail(profile.email)
      const { lastWroteAt: wroteAt, lastVisitAt: visitAt } = change.client
      return { type, connection, client, conversation, email, wroteAt, visitAt, profile }
    }
    case 'task.patch':
      return { type, connection: change.connectionId, task: change.taskId, patch: change.patch }
    case 'message.add': {
      const { message, states } = change
      const handed = message.direction === 'to-chatra' ? handedAt(message, message.receivedAt) : null
      return { type, row: { ...rowOf(message), id: message.id, handed_at: handed, inbox }, states }
    }
    case 'message.patch': {
      const { id, at, patch, from } = change
      const row = rowOf(patch)
      // The old reason explained another state.
      if (patch.state !== undefined && patch.reason === undefined) row.reason = null
      const isLogged = patch.state !== undefined || patch.reason !== undefined
      const only = from && from.length > 0 ? { from } : {}
      return { type, id, at, row, handedAt: handedAt(patch, at), isLogged, ...only }
    }
    case 'job.patch':
      return { type, id: change.id, patch: { ...change.patch, id: change.id } }
    case 'conversation.patch':
      return { type, id: change.id, patch: { ...change.patch, id: change.id } }
    case 'job.cancel':
      return { type, conversation: change.conversationId, kind: change.kind }
    case 'agent.seen': {
      const { id: agent, name, email } = change.agent
      return { type, connection: change.connectionId, agent, name, email, at: change.at }
    }
    case 'fact.set': {
      const { connectionId: connection, key, value } = change
      return { type, connection, key, value: value === null ? null : (JSON.stringify(value) ?? null) }
    }
    case 'event.add': {
      const { time, connectionId: connection, level, key, params } = change.event
      return { type, time, connection, level, key, params: JSON.stringify(params) }
    }
    case 'inbox.settle':
    case 'conversation.add':
    case 'task.add':
    case 'job.add':
    case 'job.drop':
      return change
    default:
      return assertNever(change)
  }
}

/** The author is JSON in a column of that kind. */
function rowOf(fields: Parameters<typeof messageColumns>[0]): Record<string, unknown> {
  const row: Record<string, unknown> = messageColumns(fields)
  return fields.author === undefined ? row : { ...row, author: fields.author }
}
