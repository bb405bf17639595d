import { bridgeError, fail, ok, type Result } from '../../shared/errors.ts'
import { plainField } from '../../shared/plain.ts'
import type { PlanfixApi, PlanfixTask } from '../engine/ports.ts'
import { type Calls, PAGE } from './calls.ts'
import { toHtml } from './html/to-html.ts'
import type { Processes } from './processes/processes.ts'
import {
  changedList,
  created,
  type RawTask,
  taskAnswer,
  taskList,
  taskRow,
  updated,
  validationError,
} from './schemas.ts'
import type { Settings } from './settings.ts'
import { filterMinute, latestOf, type Mark, type TimePoint, type TimeReader } from './times.ts'

/** A task in a list of changes. */
export interface ChangedTask {
  id: number
  changeToken: string
  mark: Mark
  /** Further fields of the list; null when they were not requested for this task. */
  task: PlanfixTask | null
}

/** The calls of the watcher. */
export interface ChangesApi {
  /**
   * One page (100, from `offset`) of the tasks that changed or got a comment since the minute of `from`, ids
   * ascending. `zone` is the offset of the token's employee from UTC in milliseconds. Only tasks in `wanted`
   * are parsed completely.
   */
  changedTasks(
    from: number,
    zone: number,
    offset: number,
    wanted: (id: number, signal: string, counterparty: unknown) => boolean,
  ): Promise<Result<{ rows: ChangedTask[]; complete: boolean }>>
}

type TaskApi = Pick<
  PlanfixApi,
  'createTask' | 'updateTask' | 'task' | 'tasks' | 'tasksOfContact' | 'tasksChangedSince'
> &
  ChangesApi

const FIELDS =
  'id,name,status,processId,template,assigner,counterparty,participants,isDeleted,dateTime,dateOfLastUpdate,dateOfLastComment,sourceObjectId'
/** Fields requested for a list of changes: participants would be those of thousands of tasks. */
const CHANGED_FIELDS =
  'id,status,processId,template,counterparty,isDeleted,dateTime,dateOfLastUpdate,dateOfLastComment'
const DAY = 86_400_000
/** The largest offset of a zone from UTC. */
const FARTHEST_ZONE = 14 * 3_600_000
/** 2,000 tasks of one client: more means that the account ignores the filter. */
const CONTACT_PAGES = 20
const REMEMBERED = 500

/** Tasks (contracts/planfix.md §6.1–§6.4). */
export function taskApi(
  calls: Calls,
  settings: Settings,
  processes: Processes,
  times: TimeReader,
  serverNow: () => number,
): TaskApi {
  const { sourceId, taskTemplateId } = settings
  /**
   * Contacts and groups among the participants of recently read tasks: a list of users would replace them.
   */
  const others = new Map<number, Participants>()

  /** Tasks just created, by number: their times reveal the zone. */
  const made = new Map<number, number>()

  function teach({ id, dateTime }: RawTask): void {
    times.saw(dateTime)
    const at = made.get(id)
    if (at === undefined) return
    times.learn(dateTime, at)
    made.delete(id)
  }

  async function read(raw: RawTask[]): Promise<PlanfixTask[]> {
    raw.forEach(teach)
    for (const { id, participants } of raw) {
      others.delete(id)
      others.set(id, {
        users: (participants?.users ?? [])
          .filter((one) => !one.id.startsWith('user:'))
          .map((one) => ({ id: one.id })),
        groups: (participants?.groups ?? []).map((one) => ({ id: one.id })),
      })
      if (others.size > REMEMBERED) others.delete(others.keys().next().value!)
    }
    const tasks = raw.map((one) => toTask(one, times.read(one.dateTime, serverNow())))
    await processes.saw(tasks)
    return tasks
  }

  async function page(offset: number, filters: unknown[]): Promise<Result<RawTask[]>> {
    const answer = await calls.call(
      {
        method: 'POST',
        path: '/task/list',
        body: { offset, pageSize: PAGE, fields: FIELDS, sourceId, filters },
        scope: 'task_readonly',
        writes: false,
        about: 'account',
      },
      taskList,
    )
    return answer.ok ? ok(answer.value.tasks) : answer
  }

  const changedSince = (from: number, zone: number) => ({
    type: 79,
    operator: 'equal',
    value: {
      dateType: 'otherRange_withTime',
      dateFrom: filterMinute(from, zone),
      dateTo: filterMinute(serverNow() + 2 * DAY, zone),
    },
  })

  return {
    async createTask(task) {
      const { users, contacts, groups } = task.participants
      const people = [...users.map((id) => `user:${id}`), ...contacts.map((id) => `contact:${id}`)]
      const answer = await calls.call(
        {
          method: 'POST',
          path: '/task/',
          body: {
            name: plainField(task.name, 'Chatra'),
            description: toHtml(task.description),
            ...(taskTemplateId !== null && { template: { id: taskTemplateId } }),
            counterparty: { id: `contact:${task.contactId}` },
            ...(task.assignerContactId !== null && { assigner: { id: `contact:${task.assignerContactId}` } }),
            ...(people.length + groups.length > 0 && {
              participants: {
                // Planfix would silently read bare numbers as the token's user (§4).
                ...(people.length > 0 && { users: people.map((id) => ({ id })) }),
                ...(groups.length > 0 && { groups: groups.map((id) => ({ id })) }),
              },
            }),
            sourceObjectId: task.sourceObjectId,
            sourceDataVersion: '1',
          },
          scope: 'task_add',
          writes: true,
          about: 'account',
        },
        created,
      )
      if (!answer.ok) return answer
      made.set(answer.value.id, serverNow())
      if (made.size > REMEMBERED) made.delete(made.keys().next().value!)
      return ok({ id: answer.value.id, failures: answer.value.failures })
    },

    async updateTask(id, { statusId, assignerContactId, participantUserIds }) {
      const answer = await calls.callWithStatus(
        {
          method: 'POST',
          path: `/task/${id}`,
          body: {
            ...(statusId !== undefined && { status: { id: statusId } }),
            ...(assignerContactId !== undefined && { assigner: { id: `contact:${assignerContactId}` } }),
            ...(participantUserIds !== undefined && {
              participants: withOthers(participantUserIds, others.get(id)),
            }),
          },
          scope: 'task_update',
          writes: true,
          about: 'task',
        },
        updated,
      )
      return answer.ok ? ok({ failures: answer.value.value, queued: answer.value.status === 202 }) : answer
    },

    async task(id) {
      const answer = await calls.call(
        {
          method: 'GET',
          path: `/task/${id}`,
          query: { fields: FIELDS, sourceId },
          scope: 'task_readonly',
          writes: false,
          about: 'task',
        },
        taskAnswer,
      )
      if (answer.ok) return ok((await read([answer.value.task]))[0]!)
      const { error } = answer
      if (error.code !== 'failing' || error.vendorCode !== 0) return answer
      // "Unknown error", but not as a 400: a missing task or a failing Planfix? The list decides.
      await calls.slot()
      const listed = await page(0, [{ type: 57, operator: 'equal', value: [id] }])
      if (!listed.ok) return answer
      const found = listed.value.find((one) => one.id === id)
      if (found) return ok((await read([found]))[0]!)
      return fail(bridgeError('planfix', 'object-gone', error.detail, { vendorCode: 0 }))
    },

    async tasks(ids) {
      const wanted = [...new Set(ids)]
      const tasks: PlanfixTask[] = []
      for (let from = 0; from < wanted.length; from += PAGE) {
        if (from > 0) await calls.slot()
        const some = wanted.slice(from, from + PAGE)
        const answer = await page(0, [{ type: 57, operator: 'equal', value: some }])
        if (!answer.ok) return answer
        tasks.push(...(await read(answer.value.filter(({ id }) => some.includes(id)))))
      }
      return ok(tasks)
    },

    async changedTasks(from, zone, offset, wanted) {
      const answer = await calls.call(
        {
          method: 'POST',
          path: '/task/list',
          body: {
            offset,
            pageSize: PAGE,
            fields: CHANGED_FIELDS,
            sourceId,
            filters: [changedSince(from, zone)],
          },
          scope: 'task_readonly',
          writes: false,
          about: 'account',
        },
        changedList,
      )
      if (!answer.ok) return answer
      times.saw(answer.value.tasks[0]?.dateOfLastUpdate)
      const rows: ChangedTask[] = []
      const known: PlanfixTask[] = []
      for (const raw of answer.value.tasks) {
        const signal = changeTokenOf(raw)
        const mark = latestOf([raw.dateOfLastUpdate, raw.dateOfLastComment])
        if (!wanted(raw.id, signal, raw.counterparty)) {
          rows.push({ id: raw.id, changeToken: signal, mark, task: null })
          continue
        }
        const parsed = taskRow.safeParse(raw)
        if (!parsed.success) return fail(bridgeError('planfix', 'bad-answer', validationError(parsed.error)))
        teach(parsed.data)
        const task = toTask(parsed.data, times.read(parsed.data.dateTime, serverNow()))
        known.push(task)
        rows.push({ id: raw.id, changeToken: signal, mark, task })
      }
      await processes.saw(known)
      return ok({ rows, complete: answer.value.tasks.length < PAGE })
    },

    async tasksOfContact(contactId) {
      const filters = [
        { type: 7, operator: 'equal', value: `contact:${contactId}` },
        ...(taskTemplateId === null ? [] : [{ type: 51, operator: 'equal', value: taskTemplateId }]),
      ]
      const answer = await calls.pages((offset) => page(offset, filters), CONTACT_PAGES)
      if (!answer.ok) return answer
      if (!answer.value.complete) {
        return fail(bridgeError('planfix', 'failing', 'POST /task/list: the contact has too many tasks'))
      }
      const tasks = await read(answer.value.rows)
      // An account that ignores a filter must not return another client's task.
      const belongs = (task: PlanfixTask) =>
        (task.counterparty === null || task.counterparty === `contact:${contactId}`) &&
        (taskTemplateId === null || task.templateId === null || task.templateId === taskTemplateId)
      return ok(tasks.filter(belongs))
    },

    async tasksChangedSince(at) {
      // The zone of the token's employee may not be known yet: use the farthest one.
      const filters = [changedSince(at - FARTHEST_ZONE, 0)]
      const answer = await calls.pages((offset) => page(offset, filters), CONTACT_PAGES)
      if (answer.ok) return ok(await read(answer.value.rows))
      return answer.error.code === 'refused' ? ok([]) : answer
    },
  }
}

interface Participants {
  users: { id: string }[]
  groups: { id: number }[]
}

const withOthers = (userIds: number[], others: Participants | undefined): Participants => ({
  users: [...userIds.map((user) => ({ id: `user:${user}` })), ...(others?.users ?? [])],
  groups: others?.groups ?? [],
})

function toTask(raw: RawTask, createdAt: number | null): PlanfixTask {
  return {
    id: raw.id,
    name: raw.name ?? '',
    status: raw.status
      ? { id: raw.status.id, name: raw.status.name ?? '', isActive: raw.status.isActive ?? null }
      : null,
    templateId: raw.template?.id ?? null,
    processId: raw.processId ?? null,
    assigner: raw.assigner?.id ?? null,
    counterparty: raw.counterparty?.id ?? null,
    participantUserIds: (raw.participants?.users ?? []).flatMap(({ id }) =>
      id.startsWith('user:') ? [Number(id.slice(5))] : [],
    ),
    isDeleted: raw.isDeleted ?? false,
    sourceObjectId: raw.sourceObjectId || null,
    createdAt,
    changeToken: changeTokenOf(raw),
    mark: latestOf([raw.dateOfLastUpdate, raw.dateOfLastComment]),
  }
}

interface Marks {
  dateOfLastComment?: TimePoint | string | null | undefined
  dateOfLastUpdate?: TimePoint | string | null | undefined
  status?: unknown
  isDeleted?: unknown
}

/** Marks as they came: they are compared, never read. */
function changeTokenOf(raw: Marks): string {
  const status = raw.status as { id?: unknown } | null | undefined
  return JSON.stringify([
    raw.dateOfLastComment ?? null,
    raw.dateOfLastUpdate ?? null,
    status?.id === undefined || status.id === null ? null : Number(status.id),
    raw.isDeleted ?? null,
  ])
}
