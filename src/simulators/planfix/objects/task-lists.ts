import { taskList } from '../rest/bodies.ts'
import { pick } from '../rest/fields.ts'
import {
  contactIs,
  customTextIs,
  dateIs,
  type FilterTable,
  numberIs,
  pageOf,
  peopleHave,
  testAll,
  textIs,
  unknownFilterId,
} from '../rest/filters.ts'
import { type Route, refuse, success } from '../rest/routing.ts'
import { type Account, type SimTask, statusByKey, tokenUser } from '../state.ts'
import { statusesOf } from '../switches.ts'
import { sees, showStatus, showTask, showTemplate } from './task-view.ts'

/** The filter types of §6.4. */
const filters = (account: Account): FilterTable<SimTask> => ({
  1: peopleHave((task) => ({ users: [task.assigner], groups: [] })),
  2: peopleHave((task) => task.assignees),
  3: peopleHave((task) => task.auditors),
  39: peopleHave((task) => task.participants),
  7: contactIs((task) => task.counterparty),
  8: textIs((task) => [task.name], 'contains'),
  10: numberIs((task) => statusByKey(account, task.statusKey).id, true),
  24: numberIs((task) => task.processId, false),
  51: numberIs((task) => task.templateId, true),
  57: numberIs((task) => task.id, true),
  12: dateIs((task) => [task.createdAt]),
  38: dateIs((task) => [task.updatedAt]),
  21: dateIs((task) => [task.lastCommentAt]),
  79: dateIs((task) => [task.updatedAt, task.lastCommentAt]),
  101: customTextIs(),
})

/** The four named lists of `filterId` (§6.4). */
const namedLists: Record<string, (task: SimTask, viewer: string) => boolean> = {
  ':all': () => true,
  ':in': (task, viewer) => task.assignees.users.includes(viewer),
  out: (task, viewer) => task.assigner === viewer,
  ':audit': (task, viewer) => task.auditors.users.includes(viewer),
}

/** The filters that this account applies (switch `changed-filter`). */
function heeded(account: Account, asked: unknown): unknown {
  const isChanged = ({ type }: { type: number }) => type === 79
  const list = (asked ?? []) as { type: number }[]
  switch (account.switches['changed-filter']) {
    case 'accepted':
      return list
    case '400-code41':
      return list.some(isChanged) ? refuse(400, 41, 'Filter type 79 not allowed') : list
    case 'ignored':
      return list.filter((filter) => !isChanged(filter))
  }
}

/** Lists of tasks, their templates, processes and statuses (§6.4, §6.5). */
export const taskListRoutes: Route[] = [
  {
    method: 'POST',
    path: '/task/list',
    scope: 'task_readonly',
    body: taskList,
    run: ({ account, body }) => {
      const viewer = (body.runAsUserId as string | undefined) ?? tokenUser(account)
      const owner = account.users.get(account.tokenUserId)
      if (viewer !== tokenUser(account) && owner?.role !== 'Admin') {
        refuse(500, 6, 'runAsUserId needs an administrator')
      }
      const filterId = (body.filterId as string | undefined) ?? ':all'
      const named = namedLists[filterId] ?? unknownFilterId(filterId)
      const passes = testAll(account, heeded(account, body.filters), filters(account), 'body')
      const found = pageOf(
        account.tasks.values(),
        body.offset,
        body.pageSize,
        (task) => !task.isDeleted && sees(account, task, viewer) && named(task, viewer) && passes(task),
      )
      return success({
        tasks: found.map((task) => showTask(account, task, withoutDetail(body.fields), body.sourceId)),
      })
    },
  },
  {
    method: 'GET',
    path: '/task/templates',
    scope: 'template:task_readonly',
    query: { offset: 'integer', pageSize: 'page', sourceId: 'string', fields: 'string' },
    run: ({ account, query }) =>
      success({
        templates: pageOf(account.taskTemplates, query.offset, query.pageSize).map((template) =>
          showTemplate(account, template, query.fields),
        ),
      }),
  },
  {
    method: 'GET',
    path: '/process/task',
    scope: 'template:task_readonly',
    query: { fields: 'string' },
    run: ({ query }) => success({ processes: [pick(query.fields, { id: () => 1, name: () => 'Chats' })] }),
  },
  {
    method: 'GET',
    path: '/process/task/{id}/statuses',
    scope: 'template:task_readonly',
    query: { fields: 'string' },
    run: ({ account, params, query }) => {
      const statuses = params.id === '1' ? statusesOf(account.switches) : []
      return success({
        statuses: statuses.map((status) => {
          const shown: Record<string, unknown> = {
            ...showStatus(status),
            texts: [
              { lang: 'Ru', name: status.ru },
              { lang: 'En', name: status.name },
            ],
          }
          return pick(
            query.fields,
            Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, () => value])),
          )
        }),
      })
    },
  },
  {
    method: 'GET',
    path: '/customfield/task',
    scope: 'template:task_readonly',
    query: { fields: 'string' },
    run: ({ account, query }) => success({ customfields: fieldsOf(account, 0, query.fields) }),
  },
  {
    method: 'GET',
    path: '/customfield/contact',
    scope: 'template:contact_readonly',
    query: { fields: 'string' },
    run: ({ account, query }) => success({ customfields: fieldsOf(account, 1, query.fields) }),
  },
]

const fieldsOf = (account: Account, objectType: number, fields: unknown) =>
  account.customFields
    .filter((field) => field.objectType === objectType)
    .map((field) =>
      pick(fields, Object.fromEntries(Object.entries(field).map(([name, value]) => [name, () => value]))),
    )

/** `additionalDescriptionData` is available only in GET /task/{id} (§6.4). */
const withoutDetail = (fields: unknown) =>
  typeof fields === 'string' ? fields.replace(/\badditionalDescriptionData\b/, '') : fields
