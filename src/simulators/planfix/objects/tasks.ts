import { taskCreate, taskUpdate } from '../rest/bodies.ts'
import { storeCustomFields } from '../rest/fields.ts'
import { type Call, type Route, refuse, success } from '../rest/routing.ts'
import { knownBySource, rememberSource, sourceOf } from '../rest/sources.ts'
import { readTimePoint } from '../rest/timepoints.ts'
import { answerUpdate, type Failure, failed, shownFailures } from '../rest/updates.ts'
import {
  type Account,
  appendComment,
  livingContact,
  type People,
  type PersonId,
  personExists,
  type SimTask,
  statusById,
  statusByKey,
  storedHtml,
  tokenUser,
  touch,
} from '../state.ts'
import { sees, showTask } from './task-view.ts'

/** POST /task/, POST /task/{id}, GET /task/{id} (contracts/planfix.md §6.1–§6.3). */
export const taskRoutes: Route[] = [
  {
    method: 'POST',
    path: '/task/',
    scope: 'task_add',
    body: taskCreate,
    write: true,
    run: (call) => create(call),
  },
  {
    method: 'POST',
    path: '/task/{id}',
    scope: 'task_update',
    query: { silent: 'boolean' },
    body: taskUpdate,
    write: true,
    run: (call) => {
      const task = visibleTask(call.account, call.params.id)
      if (!task || task.isDeleted)
        return refuse(404, 1000, `Task for update not found by id ${call.params.id}`)
      sourceOf(call.account, 'task', call.body)
      return answerUpdate(call, () => update(call, task))
    },
  },
  {
    method: 'GET',
    path: '/task/{id}',
    scope: 'task_readonly',
    query: { fields: 'string', sourceId: 'string' },
    run: ({ account, params, query }) => {
      const task = visibleTask(account, params.id)
      if (!task) {
        if (account.switches['missing-task'] === '400-code0') refuse(400, 0, 'Rest API error')
        return refuse(400, 1000, `Task not found by id ${params.id}`)
      }
      return success({ task: showTask(account, task, query.fields, query.sourceId) })
    },
  },
]

/** A task visible to the token's user; a hidden one does not exist for that user (§6.3). */
export function visibleTask(account: Account, id: string | undefined): SimTask | undefined {
  const task = account.tasks.get(Number(id))
  return task && sees(account, task) ? task : undefined
}

function create(call: Call) {
  const { account, body } = call
  const source = sourceOf(account, 'task', body)
  const known = knownBySource(account, 'task', source)
  if (known !== undefined) return success({ id: known }, 201)

  const templateId = idIn(body.template)
  const template = account.taskTemplates.find(({ id }) => id === templateId)
  if (templateId !== undefined && !template) refuse(400, 41, `Template not find by id ${templateId}`)
  const statusId = idIn(body.status)
  const status = statusId === undefined ? statusByKey(account, 'new') : statusById(account, statusId)
  if (!status) return refuse(400, 41, `Status not find by id ${statusId}`)
  const processId = (body.processId as number | undefined) ?? template?.processId ?? 1
  if (processId !== 1) refuse(400, 41, `Process not find by id ${processId}`)
  for (const role of ['assignees', 'participants', 'auditors']) requirePeople(account, body[role])
  requireFiles(account, body.files)
  const counterparty = counterpartyIn(body)
  if (counterparty && !livingContact(account, counterparty)) refuse(400, 2000, notFound(counterparty))
  const assigner = assignerFor(account, body.assigner)
  if (assigner.refused === '400') refuse(400, 41, `Assigner ${assigner.asked} not allowed`)

  const created = body.dateTime === undefined ? undefined : readTimePoint(body.dateTime, account)
  const moment = created ?? account.now()
  const task: SimTask = {
    id: account.ids.task++,
    name: String(body.name ?? template?.name ?? ''),
    statusKey: status.key,
    processId,
    priority: (body.priority as SimTask['priority'] | undefined) ?? 'NotUrgent',
    assigner: assigner.id,
    assignees: merged(template?.assignees, body.assignees),
    participants: merged(template?.participants, body.participants),
    auditors: merged([], body.auditors),
    createdAt: moment,
    updatedAt: moment,
    lastCommentAt: moment,
    isDeleted: false,
    customFields: new Map(),
    other: otherFields(body),
    feed: [],
    ...(templateId !== undefined && { templateId }),
    ...(counterparty && { counterparty }),
    ...source,
  }
  storeCustomFields(task.customFields, body.customFieldData, knownFields(account, templateId))
  account.tasks.set(task.id, task)
  appendComment(
    account,
    task,
    { taskId: task.id },
    {
      owner: task.assigner,
      description: storedHtml(account, String(body.description ?? '')),
      files: fileIds(body.files),
      isTaskDescription: true,
      time: moment,
    },
  )
  rememberSource(account, 'task', source, task.id)
  const failures =
    assigner.refused === 'failures' ? { failures: shownFailures(call, [failed('assigner')]) } : {}
  return success({ id: task.id, ...failures }, 201)
}

function update(call: Call, task: SimTask): Failure[] {
  const { account, body } = call
  const failures: Failure[] = []
  const attempt = (field: string, allowed: boolean, apply: () => void) => {
    if (body[field] === undefined) return
    if (allowed) apply()
    else failures.push(failed(field))
  }
  Object.assign(task, sourceOf(account, 'task', body))
  attempt('name', true, () => (task.name = String(body.name)))
  attempt('description', true, () => {
    const first = task.feed[0]
    if (first) first.description = storedHtml(account, String(body.description))
  })
  attempt('priority', true, () => (task.priority = body.priority as SimTask['priority']))
  const status = statusById(account, idIn(body.status) ?? -1)
  attempt(
    'status',
    status !== undefined && status.key !== 'draft',
    () => status && setStatus(account, task, status.key),
  )
  if (account.switches['process-update'] === 'applied') {
    attempt('processId', true, () => (task.processId = body.processId as number))
  }
  const assigner = assignerFor(account, body.assigner)
  attempt('assigner', !assigner.refused, () => (task.assigner = assigner.id))
  const counterparty = counterpartyIn(body)
  attempt(
    'counterparty',
    livingContact(account, counterparty) !== undefined,
    () => (task.counterparty = counterparty as PersonId),
  )
  for (const role of ['assignees', 'participants', 'auditors'] as const) {
    attempt(role, peopleExist(account, body[role]), () => (task[role] = merged([], body[role])))
  }
  attempt(
    'template',
    account.taskTemplates.some(({ id }) => id === idIn(body.template)),
    () => (task.templateId = idIn(body.template) as number),
  )
  attempt(
    'files',
    fileIds(body.files).every((id) => account.files.has(id)),
    () => {
      const first = task.feed[0]
      if (first) first.files = fileIds(body.files)
    },
  )
  storeCustomFields(task.customFields, body.customFieldData, knownFields(account, task.templateId))
  Object.assign(task.other, otherFields(body))
  touch(account, task)
  if (body.status !== undefined) call.services.restChanged(task.id, { status: true })
  return failures
}

/** Sets a status; completing a task is only that (§6.2). */
export function setStatus(account: Account, task: SimTask, key: SimTask['statusKey']): void {
  task.statusKey = key
  if (key === 'completed' || key === 'done') task.completedAt = account.now()
  else delete task.completedAt
  touch(account, task)
}

/** The assigner: the token's user by default; a contact according to the switch `assigner-contact`. */
function assignerFor(account: Account, asked: unknown) {
  const own = tokenUser(account)
  const id = (asked as { id: PersonId } | undefined)?.id
  if (id === undefined) return { id: own }
  if (!personExists(account, id)) return { id: own, refused: '400' as const, asked: id }
  if (id.startsWith('user:')) return { id }
  switch (account.switches['assigner-contact']) {
    case 'accepted':
      return { id }
    case 'becomes-token-user':
      return { id: own }
    case '400-code41':
      return { id: own, refused: '400' as const, asked: id }
    case 'in-failures':
      return { id: own, refused: 'failures' as const, asked: id }
  }
}

export const idIn = (entity: unknown): number | undefined => (entity as { id: number } | undefined)?.id
export const fileIds = (files: unknown): number[] => ((files ?? []) as { id: number }[]).map(({ id }) => id)
export const notFound = (id: unknown) => `Contact not found by id ${String(id).replace('contact:', '')}`

function counterpartyIn(body: Record<string, unknown>): PersonId | undefined {
  const id = (body.counterparty as { id: string | number } | undefined)?.id
  return id === undefined ? undefined : `contact:${String(id).replace('contact:', '')}`
}

type PeopleBody = { users?: { id: PersonId }[]; groups?: { id: number }[] } | undefined

/** The template's people and those of the body, without duplicates. */
function merged(template: PersonId[] | undefined, body: unknown): People {
  const asked = body as PeopleBody
  const users = [...(template ?? []), ...(asked?.users ?? []).map(({ id }) => id)]
  return { users: [...new Set(users)], groups: (asked?.groups ?? []).map(({ id }) => id) }
}

function peopleExist(account: Account, body: unknown): boolean {
  const asked = body as PeopleBody
  return (
    (asked?.users ?? []).every(({ id }) => personExists(account, id)) &&
    (asked?.groups ?? []).every(({ id }) => account.groups.some((group) => group.id === id))
  )
}

function requirePeople(account: Account, body: unknown): void {
  const missing = (body as PeopleBody)?.users?.find(({ id }) => !personExists(account, id))
  if (missing) refuse(400, missing.id.startsWith('user:') ? 4000 : 2000, `${missing.id} not found`)
  if (!peopleExist(account, body)) refuse(400, 41, 'Group not find')
}

export function requireFiles(account: Account, files: unknown): void {
  const missing = fileIds(files).find((id) => !account.files.has(id))
  if (missing !== undefined) refuse(400, 7000, `File not found by id ${missing}`)
}

const knownFields = (account: Account, templateId: number | undefined) =>
  account.taskTemplates.find(({ id }) => id === templateId)?.customFields ?? []

const keptFields = [
  'parent',
  'project',
  'resultChecking',
  'startDateTime',
  'endDateTime',
  'delayedTillDate',
  'hasStartDate',
  'hasEndDate',
  'duration',
  'durationUnit',
  'durationType',
  'inFavorites',
  'isSummary',
  'isSequential',
]

const otherFields = (body: Record<string, unknown>) =>
  Object.fromEntries(keptFields.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])))
