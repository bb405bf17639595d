import { customFieldData, fileList, people, person, pick, sourceFields } from '../rest/fields.ts'
import { timePoint } from '../rest/timepoints.ts'
import { type Account, type SimTask, type SimTaskTemplate, statusByKey, tokenUser } from '../state.ts'
import type { SimStatus } from '../switches.ts'

/**
 * A task as answers contain it, with only the requested fields (§6.3). `detail` also returns fields that
 * lists cannot.
 */
export function showTask(account: Account, task: SimTask, fields: unknown, sourceId: unknown) {
  const date = (ms: number | undefined) => (ms === undefined ? undefined : timePoint(ms, account))
  const other = Object.fromEntries(Object.entries(task.other).map(([name, value]) => [name, () => value]))
  const description = task.feed[0]
  return {
    ...pick(fields, {
      priority: () => task.priority,
      resultChecking: () => false,
      hasStartDate: () => false,
      hasEndDate: () => false,
      overdue: () => false,
      ...other,
      id: () => task.id,
      name: () => task.name,
      description: () => description?.description ?? '',
      additionalDescriptionData: () => '',
      status: () => showStatus(statusByKey(account, task.statusKey)),
      processId: () => task.processId,
      type: () => 'Task',
      assigner: () => person(account, task.assigner),
      counterparty: () => (task.counterparty ? person(account, task.counterparty) : undefined),
      template: () => (task.templateId === undefined ? undefined : { id: task.templateId }),
      object: () => (task.templateId === undefined ? undefined : { id: task.templateId }),
      assignees: () => people(account, task.assignees),
      participants: () => people(account, task.participants),
      auditors: () => people(account, task.auditors),
      dateTime: () => date(task.createdAt),
      dateOfLastUpdate: () => date(task.updatedAt),
      dateOfLastComment: () => date(task.lastCommentAt),
      actualCompletionDate: () => date(task.completedAt),
      isDeleted: () => task.isDeleted,
      files: () => fileList(account, description?.files ?? []),
      dataTags: () =>
        shownEntries(
          account,
          task.feed.flatMap((comment) => comment.entries),
        ),
      ...sourceFields(account, task, sourceId),
    }),
    ...customFieldData(account, fields, task.customFields),
  }
}

export const shownEntries = (account: Account, keys: number[]) =>
  keys.flatMap((key) => {
    const entry = account.entries.get(key)
    const tag = account.dataTags.find(({ id }) => id === entry?.dataTagId)
    return tag ? [{ dataTag: { id: tag.id, name: tag.name }, key }] : []
  })

export const showStatus = (status: SimStatus) => ({
  id: status.id,
  name: status.name,
  color: status.color,
  isActive: status.isActive,
  hasDeadline: status.isActive,
  isAppliedIndividually: false,
})

export function showTemplate(account: Account, template: SimTaskTemplate, fields: unknown) {
  return pick(fields, {
    id: () => template.id,
    name: () => template.name,
    processId: () => template.processId,
    type: () => 'Template',
    status: () => showStatus(statusByKey(account, 'new')),
    assigner: () => person(account, tokenUser(account)),
    assignees: () => people(account, { users: template.assignees, groups: [] }),
    participants: () => people(account, { users: template.participants, groups: [] }),
    auditors: () => people(account, { users: [], groups: [] }),
    sourceObjectId: () => '',
    sourceDataVersion: () => '',
  })
}

/**
 * Whether an employee may see the task: with a role in it, or with access to everything (switch
 * `foreign-task`).
 */
export function sees(account: Account, task: SimTask, viewer = tokenUser(account)): boolean {
  if (account.switches['foreign-task'] === 'visible') return true
  if (account.robotSeesAll && viewer === tokenUser(account)) return true
  const groups = account.users.get(Number(viewer.slice(5)))?.groups ?? []
  return (
    task.assigner === viewer ||
    [task.assignees, task.participants, task.auditors].some(
      (role) => role.users.includes(viewer) || role.groups.some((group) => groups.includes(group)),
    )
  )
}
