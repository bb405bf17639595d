import type { Change } from '../../../src/main/engine/ports.ts'
import type { Conversation } from '../../../src/shared/domain.ts'
import type { SimTask } from '../../../src/simulators/planfix/index.ts'
import type { DayWorld } from './world.ts'

const DAY = 86_400_000

/** Tasks of the previous thirty days that nobody completed, in Planfix and in the store. */
export async function withOpenTasks(world: DayWorld, count: number, age = 29 * DAY): Promise<void> {
  const { planfix, store, clock } = world
  const { account } = planfix
  const now = clock.now()
  const changes: Change[] = []
  for (let n = 0; n < count; n++) {
    const at = now - Math.floor(((count - n) / count) * age) - 3_600_000
    const taskId = account.ids.task++
    const contact = planfix.createsContact({ name: `Old client ${n}` })
    const person = `contact:${contact.id}`
    const task: SimTask = {
      id: taskId,
      name: `Old client ${n} (Chatra)`,
      statusKey: 'new',
      processId: 1,
      templateId: 12,
      priority: 'NotUrgent',
      assigner: person,
      counterparty: person,
      isDeleted: false,
      feed: [],
      assignees: { users: ['user:5'], groups: [] },
      participants: { users: ['user:1'], groups: [] },
      auditors: { users: [], groups: [] },
      createdAt: at,
      updatedAt: at,
      lastCommentAt: at,
      customFields: new Map(),
      other: {},
    }
    account.tasks.set(taskId, task)
    const conversation: Conversation = {
      id: store.newId(),
      connectionId: 'shop1',
      contactId: contact.id,
      contactWritten: null,
      emailSearched: null,
      searchTask: false,
      emailRefused: false,
      taskId,
      clientLeft: true,
      lastClientAt: at,
      lastActivityAt: at,
      deliveredUpTo: at,
      paused: null,
      attempt: null,
      pausedUntil: null,
      planfixLane: { failures: 0, notBefore: 0 },
      chatraLane: { failures: 0, notBefore: 0 },
      mergedInto: null,
    }
    changes.push(
      { type: 'conversation.add', conversation },
      {
        type: 'task.add',
        task: {
          connectionId: 'shop1',
          taskId,
          conversationId: conversation.id,
          chatId: `old${n}`,
          n: 1,
          ...{
            createdAt: at,
            descriptionPrint: '',
            ours: true,
            active: true,
            deleted: false,
            checkedAt: at,
            cursor: 0,
          },
          signal: '',
          hotUntil: at,
          readAt: at + 60_000,
          lastActivityAt: at,
          closedAt: null,
        },
      },
    )
  }
  await store.commit(changes)
}
