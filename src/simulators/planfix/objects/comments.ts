import { mailContacts } from '../mails.ts'
import { commentCreate, commentList, commentUpdate, feedList } from '../rest/bodies.ts'
import { dateIs, type FilterTable, pageOf, peopleHave, testAll } from '../rest/filters.ts'
import { type Call, type Route, refuse, success } from '../rest/routing.ts'
import { knownBySource, rememberSource, sourceOf } from '../rest/sources.ts'
import { readTimePoint } from '../rest/timepoints.ts'
import {
  type Account,
  appendComment,
  contactNumber,
  holderOf,
  livingContact,
  type PersonId,
  personExists,
  type SimComment,
  type SimContact,
  type SimTask,
  storedHtml,
  tokenUser,
  touch,
} from '../state.ts'
import { inTypeList, listFeed, ordered, orderOf, showComment } from './comment-view.ts'
import { sees } from './task-view.ts'
import { fileIds, notFound, requireFiles, visibleTask } from './tasks.ts'

/** Comments of tasks and contacts (contracts/planfix.md §7). */
export const commentRoutes: Route[] = [
  {
    method: 'POST',
    path: '/task/{id}/comments/',
    scope: 'comment_add',
    query: { silent: 'boolean' },
    body: commentCreate,
    write: true,
    run: (call) => create(call, commentableTask(call), 'task'),
  },
  {
    method: 'POST',
    path: '/task/{id}/comments/list',
    scope: 'comment_readonly',
    body: feedList,
    run: (call) => {
      const task = visibleTask(call.account, call.params.id)
      if (!task) return refuse(500, 1000, `Task not found by id ${call.params.id}`)
      return listFeed(call, task.feed)
    },
  },
  {
    method: 'POST',
    path: '/task/{id}/comments/{commentId}',
    scope: 'comment_update',
    query: { silent: 'boolean' },
    body: commentUpdate,
    write: true,
    run: (call) => {
      const task = visibleTask(call.account, call.params.id)
      if (!task) return refuse(400, 1000, `Task not found by id ${call.params.id}`)
      return update(call, task)
    },
  },
  {
    method: 'POST',
    path: '/contact/{id}/comments/',
    scope: 'comment_add',
    body: commentCreate,
    write: true,
    run: (call) => create(call, commentedContact(call, 400), 'contact'),
  },
  {
    method: 'POST',
    path: '/contact/{id}/comments/list',
    scope: 'comment_readonly',
    body: feedList,
    run: (call) => listFeed(call, commentedContact(call, 500).feed),
  },
  {
    method: 'POST',
    path: '/contact/{id}/comments/{commentId}',
    scope: 'comment_update',
    query: { silent: 'boolean' },
    body: commentUpdate,
    write: true,
    run: (call) => update(call, commentedContact(call, 400)),
  },
  {
    method: 'GET',
    path: '/comment/{id}',
    scope: 'comment_readonly',
    query: { fields: 'string', sourceId: 'uuid' },
    run: ({ account, params, query }) => {
      const comment = visibleComment(account, params.id)
      return success({ comment: showComment(account, comment, query.fields, query.sourceId, true) })
    },
  },
  {
    method: 'DELETE',
    path: '/comment/{id}',
    scope: 'comment_delete',
    write: true,
    run: ({ account, params }) => {
      removeComment(account, visibleComment(account, params.id))
      return { status: 200 }
    },
  },
  {
    method: 'POST',
    path: '/comment/list',
    scope: 'comment_readonly',
    body: commentList,
    run: ({ account, body }) => {
      const filters = (body.filters ?? []) as unknown[]
      if (filters.length === 0) refuse(400, 0, 'Rest API error')
      const passes = testAll(account, filters, listFilters, 'body')
      const order = orderOf(account, body.resultOrder)
      const all = ordered([...account.comments.values()], order)
      const chosen = inTypeList(body.typeList)
      const found = pageOf(all, body.offset, body.pageSize, (comment) => {
        const holder = holderOf(account, comment)
        const open = holder !== undefined && (!('assignees' in holder) || sees(account, holder))
        return open && chosen(comment) && passes(comment)
      })
      return success({
        comments: found.map((comment) => showComment(account, comment, body.fields, body.sourceId, true)),
      })
    },
  },
]

const listFilters: FilterTable<SimComment> = {
  3000: dateIs((comment) => [comment.time]),
  3001: peopleHave((comment) => ({ users: [comment.owner], groups: [] })),
}

function commentableTask(call: Call): SimTask {
  const task = visibleTask(call.account, call.params.id)
  if (!task || task.isDeleted) return refuse(400, 1000, `Task not found by id ${call.params.id}`)
  return task
}

function commentedContact(call: Call, status: number): SimContact {
  return livingContact(call.account, call.params.id) ?? refuse(status, 2000, notFound(call.params.id))
}

function create(call: Call, holder: SimTask | SimContact, kind: 'task' | 'contact') {
  const { account, body } = call
  const source = sourceOf(account, 'comment', body)
  const known = knownBySource(account, 'comment', source)
  if (known !== undefined) return success({ id: known }, 201)
  const owner = (body.owner as { id: PersonId } | undefined)?.id ?? tokenUser(account)
  if (!personExists(account, owner))
    refuse(400, owner.startsWith('user:') ? 4000 : 2000, `${owner} not found`)
  requireFiles(account, body.files)
  const recipients = resolveRecipients(account, holder, body.recipients)
  const description = fitting(account, storedHtml(account, String(body.description ?? '')))
  const time = body.dateTime === undefined ? undefined : readTimePoint(body.dateTime, account)
  const place = kind === 'task' ? { taskId: holder.id } : { contactId: holder.id }
  const comment = appendComment(account, holder, place, {
    owner,
    description,
    recipients,
    files: fileIds(body.files),
    isPinned: body.isPinned === true,
    isHidden: body.isHidden === true,
    ...(time !== undefined && { time }),
    ...source,
  })
  rememberSource(account, 'comment', source, comment.id)
  if (kind === 'task') {
    pushThroughChannel(account, comment)
    if (call.query.silent !== 'true') mailContacts(account, comment)
    call.services.restChanged(holder.id, { commentId: comment.id })
  }
  return success({ id: comment.id }, 201)
}

/** Updates answer with an empty 200 (§3). */
function update(call: Call, holder: SimTask | SimContact) {
  const { account, body } = call
  const comment = account.comments.get(Number(call.params.commentId))
  if (!comment || comment.isDeleted || holderOf(account, comment) !== holder) {
    return refuse(400, 5000, `Comment not found by id ${call.params.commentId}`)
  }
  requireFiles(account, body.files)
  const source = sourceOf(account, 'comment', body)
  if (body.recipients !== undefined) {
    comment.recipients = resolveRecipients(account, holder, body.recipients)
  }
  if (body.description !== undefined) {
    comment.description = fitting(account, storedHtml(account, String(body.description)))
  }
  Object.assign(comment, source)
  if (body.files !== undefined) comment.files = fileIds(body.files)
  if (body.isPinned !== undefined) comment.isPinned = body.isPinned === true
  if (body.isHidden !== undefined) comment.isHidden = body.isHidden === true
  touchByEdit(account, holder)
  return { status: 200 }
}

export function removeComment(account: Account, comment: SimComment): void {
  comment.isDeleted = true
  const holder = holderOf(account, comment)
  if (holder) touchByEdit(account, holder)
}

/** A comment was edited or deleted (switch `edit-mark`). */
export function touchByEdit(account: Account, holder: SimTask | SimContact): void {
  if (account.switches['edit-mark'] === 'marked') touch(account, holder)
  else account.version++
}

function visibleComment(account: Account, id: string | undefined): SimComment {
  const comment = account.comments.get(Number(id))
  const holder = comment && holderOf(account, comment)
  const open = holder !== undefined && (!('assignees' in holder) || sees(account, holder))
  return comment && open ? comment : refuse(400, 5000, `Comment not found by id ${id}`)
}

/** Roles are resolved to their people; contacts are among the users as `contact:92`. */
function resolveRecipients(account: Account, holder: SimTask | SimContact, asked: unknown) {
  const body = (asked ?? {}) as { users?: { id: PersonId }[]; groups?: { id: number }[]; roles?: string[] }
  const users = new Set<PersonId>()
  const groups = new Set<number>()
  for (const { id } of body.users ?? []) {
    if (!personExists(account, id)) refuse(400, id.startsWith('user:') ? 4000 : 2000, `${id} not found`)
    users.add(id)
  }
  for (const { id } of body.groups ?? []) groups.add(id)
  if ('assignees' in holder) {
    const roles = {
      assignee: holder.assignees,
      participant: holder.participants,
      auditor: holder.auditors,
      assigner: { users: [holder.assigner], groups: [] },
    }
    for (const role of body.roles ?? []) {
      const held = roles[role as keyof typeof roles]
      for (const id of held.users) users.add(id)
      for (const id of held.groups) groups.add(id)
    }
  }
  return { users: [...users], groups: [...groups] }
}

const commentLimit = 64 * 1024

/** At most 64 KB, HTML included (§2; switch `over-64k`). */
function fitting(account: Account, html: string): string {
  if (html.length * 3 <= commentLimit || Buffer.byteLength(html) <= commentLimit) return html
  switch (account.switches['over-64k']) {
    case '400-code5001':
      return refuse(400, 5001, 'Comment is too long')
    case '400-code41':
      return refuse(400, 41, 'Comment is too long')
    case 'cut':
      return Buffer.from(html)
        .subarray(0, commentLimit)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')
  }
}

/**
 * The message that a chat channel bound to the task would have sent to the client (switch
 * `rest-comment-pushed`).
 */
function pushThroughChannel(account: Account, comment: SimComment): void {
  if (account.switches['rest-comment-pushed'] !== 'yes' || comment.isHidden) return
  for (const id of comment.recipients.users) {
    const contactId = contactNumber(id)
    if (contactId === undefined || comment.owner === id || comment.taskId === undefined) continue
    account.pushed.push({
      taskId: comment.taskId,
      commentId: comment.id,
      contactId,
      description: comment.description,
    })
  }
}
