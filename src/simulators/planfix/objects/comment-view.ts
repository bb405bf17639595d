import { fileList, people, person, pick, sourceFields } from '../rest/fields.ts'
import { pageOf } from '../rest/filters.ts'
import { type Call, success } from '../rest/routing.ts'
import { timePoint } from '../rest/timepoints.ts'
import type { Account, SimComment } from '../state.ts'
import { shownEntries } from './task-view.ts'

interface Order {
  by: 'id' | 'dateTime'
  descending: boolean
}

/** The requested order, under the switch `result-order`; ascending ids otherwise. */
export function orderOf(account: Account, asked: unknown): Order {
  const first = ((asked ?? []) as { field?: string; filed?: string; direction?: string }[])[0]
  const position = account.switches['result-order']
  const key =
    position === 'field-honoured' ? first?.field : position === 'filed-honoured' ? first?.filed : undefined
  if (!first || key === undefined) return { by: 'id', descending: false }
  return { by: key === 'dateTime' ? 'dateTime' : 'id', descending: first.direction === 'Desc' }
}

/** Feeds are stored by ascending id, so only an order by time needs sorting. */
export function ordered(feed: SimComment[], order: Order): Iterable<SimComment> {
  const sorted = order.by === 'dateTime' ? [...feed].sort((a, b) => a.time - b.time || a.id - b.id) : feed
  return order.descending ? backwards(sorted) : sorted
}

function* backwards(feed: SimComment[]): Generator<SimComment> {
  for (let n = feed.length - 1; n >= 0; n--) {
    const comment = feed[n]
    if (comment) yield comment
  }
}

/** The comments selected by a `typeList`; Comments when absent. */
export const inTypeList = (typeList: unknown) => (comment: SimComment) =>
  typeList === 'All' ||
  (typeList === 'Deleted' ? comment.isDeleted : !comment.isDeleted && comment.type === 'Comment')

export function listFeed({ account, body }: Call, feed: SimComment[]) {
  const found = pageOf(
    ordered(feed, orderOf(account, body.resultOrder)),
    body.offset,
    body.pageSize,
    inTypeList(body.typeList),
  )
  const filled = account.switches['comment-list-source'] === 'filled'
  return success({
    comments: found.map((comment) => showComment(account, comment, body.fields, undefined, filled)),
  })
}

/** A comment as answers contain it, with only the requested fields. */
export function showComment(
  account: Account,
  comment: SimComment,
  fields: unknown,
  sourceId: unknown,
  withSource: boolean,
) {
  const { contactId } = comment
  return pick(fields, {
    id: () => comment.id,
    dateTime: () => timePoint(comment.time, account),
    type: () => comment.type,
    fromType: () => comment.fromType,
    description: () => comment.description,
    additionalDescriptionData: () => '',
    task: () => (comment.taskId === undefined ? undefined : { id: comment.taskId }),
    contact: () => (contactId === undefined ? undefined : person(account, `contact:${contactId}`)),
    owner: () => person(account, comment.owner),
    isDeleted: () => comment.isDeleted,
    isPinned: () => comment.isPinned,
    isHidden: () => comment.isHidden,
    isNotRead: () => false,
    recipients: () => people(account, comment.recipients),
    reminders: () => [],
    dataTags: () => shownEntries(account, comment.entries),
    files: () => fileList(account, comment.files),
    ...(withSource
      ? sourceFields(account, comment, sourceId)
      : { sourceObjectId: () => '', sourceDataVersion: () => '' }),
  })
}
