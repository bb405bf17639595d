import { dataTagList, entryCreate, entryList, entryUpdate } from '../rest/bodies.ts'
import { customFieldData, pick, storeCustomFields } from '../rest/fields.ts'
import { pageOf } from '../rest/filters.ts'
import { type Call, type Route, refuse, success, violate } from '../rest/routing.ts'
import {
  type Account,
  appendComment,
  contactNumber,
  holderOf,
  livingContact,
  type SimContact,
  type SimDataTag,
  type SimEntry,
  type SimTask,
  tokenUser,
  touch,
} from '../state.ts'
import { notFound, visibleTask } from './tasks.ts'

const adding = { scope: 'datatag_add', body: entryCreate, write: true, method: 'POST' } as const

/** Data tags and their entries (contracts/planfix.md §11). */
export const dataTagRoutes: Route[] = [
  {
    method: 'POST',
    path: '/datatag/list',
    scope: 'datatag_readonly',
    body: dataTagList,
    run: ({ account, body }) => {
      const found = pageOf(account.dataTags, body.offset, body.pageSize)
      return success({
        [account.switches['datatag-list-key']]: found.map((tag) => showTag(tag, body.fields)),
      })
    },
  },
  {
    method: 'GET',
    path: '/datatag/{id}',
    scope: 'datatag_readonly',
    query: { fields: 'string' },
    run: (call) => {
      const tag = tagOf(call.account, Number(call.params.id))
      if (!tag) return refuse(404, 6000, `Data tag not found by id ${call.params.id}`)
      return success({ dataTag: showTag(tag, call.query.fields) })
    },
  },
  {
    method: 'GET',
    path: '/customfield/datatag/{id}',
    scope: 'template:datatag_readonly',
    query: { fields: 'string' },
    run: ({ account, params, query }) => {
      const tag = tagOf(account, Number(params.id))
      if (!tag) return refuse(500, 0, 'Rest API error')
      return success({
        customfields: tag.fields.map((field) =>
          pick(
            query.fields,
            Object.fromEntries(Object.entries(field).map(([name, value]) => [name, () => value])),
          ),
        ),
      })
    },
  },
  { ...adding, path: '/contact/{id}/datatags/', run: (call) => add(call, contactOf(call)) },
  { ...adding, path: '/contact/{id}/datatags/{commentId}', run: (call) => add(call, contactOf(call)) },
  { ...adding, path: '/task/{id}/datatags/', run: (call) => add(call, taskOf(call)) },
  { ...adding, path: '/task/{id}/datatags/{commentId}', run: (call) => add(call, taskOf(call)) },
  {
    method: 'POST',
    path: '/datatag/{id}/entry/list',
    scope: 'datatag_readonly',
    body: entryList,
    run: ({ account, params, body }) => {
      const tag = tagOf(account, Number(params.id))
      if (!tag) return refuse(400, 6000, `Data tag not found by id ${params.id}`)
      if (((body.filters ?? []) as unknown[]).length > 0)
        violate(account, 501, 0, 'body.filters is not simulated')
      const contactId = body.contactId === undefined ? undefined : contactNumber(body.contactId)
      const taskId = body.taskId === 0 ? undefined : body.taskId
      const found = pageOf(
        account.entries.values(),
        body.offset,
        body.pageSize,
        (entry) =>
          entry.dataTagId === tag.id &&
          (contactId === undefined || entry.contactId === contactId) &&
          (taskId === undefined || entry.taskId === taskId),
      )
      return success({ dataTagEntries: found.map((entry) => showEntry(account, tag, entry, body.fields)) })
    },
  },
  {
    method: 'GET',
    path: '/datatag/entry/{key}',
    scope: 'datatag_readonly',
    query: { fields: 'string' },
    run: (call) => {
      const [entry, tag] = entryOf(call)
      return success({ entry: showEntry(call.account, tag, entry, call.query.fields) })
    },
  },
  {
    method: 'POST',
    path: '/datatag/entry/{key}',
    scope: 'datatag_update',
    query: { silent: 'boolean' },
    body: entryUpdate,
    write: true,
    run: (call) => {
      const [entry, tag] = entryOf(call)
      storeCustomFields(
        entry.values,
        call.body.customFieldData,
        tag.fields.map(({ id }) => id),
      )
      return { status: 200 }
    },
  },
  {
    method: 'DELETE',
    path: '/datatag/entry/{key}',
    scope: 'datatag_delete',
    write: true,
    run: (call) => {
      const [entry] = entryOf(call)
      call.account.entries.delete(entry.key)
      const comment = call.account.comments.get(entry.commentId)
      if (comment) comment.entries = comment.entries.filter((key) => key !== entry.key)
      return { status: 200 }
    },
  },
]

const tagOf = (account: Account, id: number) => account.dataTags.find((tag) => tag.id === id)

const contactOf = ({ account, params }: Call): SimContact =>
  livingContact(account, params.id) ?? refuse(400, 2000, notFound(params.id))

const taskOf = ({ account, params }: Call): SimTask =>
  visibleTask(account, params.id) ?? refuse(400, 1000, `Task not found by id ${params.id}`)

function entryOf({ account, params }: Call): [SimEntry, SimDataTag] {
  const entry = account.entries.get(Number(params.key))
  const tag = entry && tagOf(account, entry.dataTagId)
  return entry && tag ? [entry, tag] : refuse(400, 6010, `Entry not found by key ${params.key}`)
}

/** Adds entries to a new comment, or to the one named in the path. */
function add({ account, body, params }: Call, holder: SimTask | SimContact) {
  const tagId = (body.dataTag as { id: number }).id
  const tag = tagOf(account, tagId)
  if (!tag) return refuse(400, 6000, `Data tag not found by id ${tagId}`)
  const items = body.items as { customFieldData?: unknown }[]
  if (items.length === 0) refuse(400, 6001, 'Error add entry')
  const place = 'assignees' in holder ? { taskId: holder.id } : { contactId: holder.id }
  const old = params.commentId === undefined ? undefined : account.comments.get(Number(params.commentId))
  if (params.commentId !== undefined && (!old || old.isDeleted || holderOf(account, old) !== holder)) {
    return refuse(400, 5000, `Comment not found by id ${params.commentId}`)
  }
  const comment = old ?? appendComment(account, holder, place, { owner: tokenUser(account), description: '' })
  const keys = items.map((item) => {
    const entry: SimEntry = {
      key: account.ids.entry++,
      dataTagId: tag.id,
      commentId: comment.id,
      ...place,
      values: new Map(),
    }
    storeCustomFields(
      entry.values,
      item.customFieldData,
      tag.fields.map(({ id }) => id),
    )
    account.entries.set(entry.key, entry)
    comment.entries.push(entry.key)
    return entry.key
  })
  touch(account, holder)
  return success(old ? { keys } : { keys, commentId: comment.id }, 201)
}

const showTag = (tag: SimDataTag, fields: unknown) =>
  pick(fields, { id: () => tag.id, name: () => tag.name, group: () => tag.group, fields: () => tag.fields })

const showEntry = (account: Account, tag: SimDataTag, entry: SimEntry, fields: unknown) => ({
  key: entry.key,
  ...pick(fields, {
    dataTag: () => ({ id: tag.id, name: tag.name }),
    commentId: () => entry.commentId,
    task: () => (entry.taskId === undefined ? undefined : { id: entry.taskId }),
    contact: () => (entry.contactId === undefined ? undefined : { id: entry.contactId }),
  }),
  ...customFieldData(account, fields, entry.values, tag.fields),
})
