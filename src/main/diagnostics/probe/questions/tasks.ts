import { z } from 'zod'
import { NoAnswer, type Question, question } from '../question.ts'
import {
  allowed,
  get,
  listTasks,
  NOWHERE,
  need,
  numbered,
  numberOf,
  read,
  readTask,
  taskIn,
  taskStep,
  tasksIn,
  updateTask,
} from '../steps.ts'
import { minuteText } from '../times.ts'

const DAY = 86_400_000
/** A queued change is applied by then (contracts/planfix.md §3). */
const QUEUED_MS = 5000

const statusList = z.looseObject({
  statuses: z.array(
    z.looseObject({
      id: z.coerce.number(),
      name: z.string().nullish(),
      isActive: z.boolean().nullish(),
      texts: z.array(z.looseObject({ name: z.string().nullish() })).nullish(),
    }),
  ),
})
const USUAL = { completed: 3, rejected: 5, cancelled: 7 }
const NAMES = { rejected: /reject|отклон|respins/i, cancelled: /cancel|отмен|anulat/i }

const changed = (from: number, to: number) => ({
  type: 79,
  operator: 'equal',
  value: { dateType: 'otherRange_withTime', dateFrom: minuteText(from), dateTo: minuteText(to) },
})
const AS_REFUSED = 'asks for its own tasks by number from the next start on'

/** How tasks are written and found. All of them concern the test task. */
export const taskQuestions: readonly Question[] = [
  question({
    id: 'update-answer',
    title: 'Answer to a change of a task',
    needs: 'task',
    positions: {
      '200-result-success': 'reads every shape',
      '200-failures-empty': 'reads every shape',
      '200-empty-body': 'reads every shape',
      '202-queued': 'expects that a change may show later',
    },
    *ask(_scene, { id, name }) {
      const { status, body } = yield* need(updateTask(id, { name }))
      if (status === 202) return '202-queued'
      if (body === undefined || body === null) return '200-empty-body'
      return 'failures' in Object(body) ? '200-failures-empty' : '200-result-success'
    },
  }),
  question({
    id: 'failures-shape',
    title: 'How a refused field is reported',
    needs: 'task',
    positions: {
      array: 'reads every shape',
      object: 'reads every shape',
      'whole-refused': 'takes the whole change as refused',
    },
    *ask(_scene, { id }) {
      const reply = yield* allowed(updateTask(id, { status: { id: NOWHERE } }))
      if (!reply.ok) return 'whole-refused'
      if (reply.value.status === 202) throw new NoAnswer('queued')
      const { failures } = Object(reply.value.body) as { failures?: unknown }
      if (failures === undefined) throw new NoAnswer('unexpected')
      return Array.isArray(failures) ? 'array' : 'object'
    },
  }),
  question({
    id: 'changed-filter',
    title: 'The list of changes (filter 79)',
    needs: 'task',
    positions: {
      accepted: 'one request finds all changes of the account',
      '400-code41': AS_REFUSED,
      ignored: AS_REFUSED,
      blind: AS_REFUSED,
    },
    *ask({ sourceId }, { id }) {
      const { at } = yield* need(taskStep(id))
      const isIn = (tasks: { id: number | null }[]) => tasks.some((one) => one.id === id)
      const recent = yield* allowed(listTasks([numbered(id), changed(at - 2 * DAY, at + 2 * DAY)], sourceId))
      if (!recent.ok) return '400-code41'
      const longAgo = [numbered(id), changed(Date.UTC(2001, 0, 1), Date.UTC(2001, 0, 3))]
      if (isIn(tasksIn(yield* need(listTasks(longAgo, sourceId))))) return 'ignored'
      return isIn(tasksIn(recent.value)) ? 'accepted' : 'blind'
    },
  }),
  question({
    id: 'status-set',
    title: 'Statuses of the process',
    needs: 'task',
    positions: {
      'system-ids': 'finds the completed status by itself',
      '5-and-7-swapped': 'finds the completed status by itself',
      'custom-ids': 'finds the completed status by its name',
      'no-active-status': 'decides by the names of statuses which tasks are open',
    },
    *ask(_scene, { processId }) {
      if (processId === null) throw new NoAnswer('not-seen')
      const query = { fields: 'id,name,isActive,texts' }
      const path = `/process/task/${processId}/statuses`
      const { statuses } = read(
        statusList,
        yield* need(get(path, { query, scope: 'task_readonly', about: 'account' })),
      )
      if (statuses.length === 0) throw new NoAnswer('not-seen')
      if (!statuses.some(({ isActive }) => isActive === true)) return 'no-active-status'
      const named = (id: number, pattern: RegExp) =>
        statuses.some(
          (one) =>
            one.id === id &&
            [one.name, ...(one.texts ?? []).map(({ name }) => name)].some((name) => pattern.test(name ?? '')),
        )
      if (named(USUAL.rejected, NAMES.cancelled) && named(USUAL.cancelled, NAMES.rejected))
        return '5-and-7-swapped'
      return statuses.some(({ id }) => id === USUAL.completed) ? 'system-ids' : 'custom-ids'
    },
  }),
]

/** The last question: where the account takes the client as assigner, the task may be lost to us. */
export const assignerQuestion: Question = question({
  id: 'assigner-contact',
  title: "May the client be the task's assigner?",
  needs: 'task',
  positions: {
    accepted: 'makes the client the assigner of new tasks',
    'becomes-token-user': 'leaves the assigner to Planfix',
    '400-code41': 'leaves the assigner to Planfix',
    'in-failures': 'leaves the assigner to Planfix',
    hidden: 'leaves the assigner to Planfix: the task would be hidden from the bridge',
  },
  *ask(_scene, { id, contactId }) {
    const before = yield* readTask(id)
    const maker = String(before.assigner?.id ?? '')
    const tokenUserId = /^(user:)?\d+$/.test(maker) ? numberOf(maker) : null
    if (tokenUserId === null) throw new NoAnswer('unexpected')
    const learned = { tokenUserId }
    const users = [...new Set([...ids(before.participants?.users), `user:${tokenUserId}`])]
    const groups = (before.participants?.groups ?? []).map((one) => ({ id: numberOf(one.id) }))
    const participants = { users: users.map((one) => ({ id: one })), groups }
    const asked = { assigner: { id: `contact:${contactId}` }, participants }
    const reply = yield* allowed(updateTask(id, asked))
    if (!reply.ok) {
      // Only the same change without the client shows whether the client is the cause.
      yield* need(updateTask(id, { participants }))
      return { position: '400-code41', learned }
    }
    if (JSON.stringify(Object(reply.value.body).failures ?? null).includes('"assigner"'))
      return { position: 'in-failures', learned }
    if (reply.value.status === 202) yield* need({ way: 'wait', until: QUEUED_MS })
    const after = yield* allowed(taskStep(id))
    if (!after.ok) return { position: 'hidden', learned }
    const isClient = String(taskIn(after.value).assigner?.id) === `contact:${contactId}`
    return { position: isClient ? 'accepted' : 'becomes-token-user', learned }
  },
})

const ids = (users: { id: string | number }[] | null | undefined): string[] =>
  (users ?? []).map(({ id }) => (typeof id === 'number' ? `user:${id}` : id))
