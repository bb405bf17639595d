import { NoAnswer, type Question, question } from '../question.ts'
import {
  allowed,
  feedOf,
  idIn,
  need,
  post,
  type ReadTask,
  readComment,
  readTask,
  remove,
  said,
  writeComment,
  writtenComment,
} from '../steps.ts'
import { isNear, localOf, statedOf, timePoint, zoneAt } from '../times.ts'

const HOUR = 3_600_000
/** Above the documented 64 KB. */
const TOO_LONG = 70_000

const marksOf = ({ dateOfLastUpdate, dateOfLastComment }: ReadTask): string =>
  JSON.stringify([dateOfLastUpdate, dateOfLastComment])

/** How comments are written and read. All of them are in the test task. */
export const commentQuestions: readonly Question[] = [
  question({
    id: 'datetime-zone',
    title: 'Are times in UTC or in the zone of the account?',
    needs: 'task',
    positions: {
      utc: 'reads them as UTC',
      'account-zone': 'knows the zone from the start',
      'with-dateTimeUtcSeconds': 'reads the exact time',
      'same-digits': 'the account is in UTC: both are the same',
    },
    *ask(scene, task) {
      const { dateTime, at } = yield* writtenComment(scene, task, 'time')
      const [local, stated] = [localOf(dateTime), statedOf(dateTime)]
      const learned = local === null ? {} : { zoneMs: zoneAt(local, at) }
      if (dateTime?.dateTimeUtcSeconds) return { position: 'with-dateTimeUtcSeconds', learned }
      if (stated === null) throw new NoAnswer('unexpected')
      if (isNear(stated, at)) return { position: stated === local ? 'same-digits' : 'utc', learned }
      if (stated === local) return { position: 'account-zone', learned }
      throw new NoAnswer('unexpected')
    },
  }),
  question({
    id: 'written-time',
    title: 'Does a comment keep the time that it is written with?',
    needs: 'task',
    positions: {
      kept: 'late messages stand at their own time, which is also in their text',
      ignored: 'late messages have their time in the text',
    },
    *ask(scene, task) {
      const now = yield* writtenComment(scene, task, 'now')
      const dateTime = timePoint(now.at - 2 * HOUR)
      const late = yield* writtenComment(scene, task, 'late', { dateTime })
      const shown = (time: (typeof now)['dateTime']) => localOf(time) ?? statedOf(time)
      const [one, other] = [shown(now.dateTime), shown(late.dateTime)]
      if (one === null || other === null) throw new NoAnswer('unexpected')
      if (isNear(one - other, 2 * HOUR)) return 'kept'
      if (isNear(one, other)) return 'ignored'
      throw new NoAnswer('unexpected')
    },
  }),
  question({
    id: 'newlines',
    title: 'What becomes of a line end in a text',
    needs: 'task',
    positions: { dropped: 'writes line ends as HTML', kept: 'writes line ends as HTML all the same' },
    *ask(scene, task) {
      const description = `${said(scene, 'one')}\n${said(scene, 'two')}`
      const { description: shown } = yield* writtenComment(scene, task, 'lines', { description })
      return /one\][\s\S]*(\n|<br|<\/p>)[\s\S]*two\]/i.test(shown ?? '') ? 'kept' : 'dropped'
    },
  }),
  question({
    id: 'comment-owner',
    title: 'May a comment have the client as its author?',
    needs: 'task',
    positions: {
      accepted: "messages carry the client's name",
      ignored: 'the owner sees the messages under the name of the token’s employee',
      refused: 'writes as the token’s employee, with the name in front',
    },
    *ask(scene, { id, contactId }) {
      const owner = `contact:${contactId}`
      const reply = yield* allowed(writeComment(scene, id, 'owner', { owner: { id: owner } }))
      if (!reply.ok) return 'refused'
      return (yield* readComment(scene, idIn(reply.value))).owner?.id === owner ? 'accepted' : 'ignored'
    },
  }),
  question({
    id: 'recipients',
    title: 'Does a comment say that the client was notified?',
    needs: 'task',
    positions: {
      'handed-back': 'sends what notifies the client, and nothing else',
      missing: 'nothing would go out: switch sendOnlyWhenClientIsRecipient off and tell us',
    },
    *ask(scene, task) {
      const id = `contact:${task.contactId}`
      const { recipients } = yield* writtenComment(scene, task, 'notified', {
        recipients: { users: [{ id }] },
      })
      return recipients?.users?.some((one) => one.id === id) ? 'handed-back' : 'missing'
    },
  }),
  question({
    id: 'hidden',
    title: 'Does a comment say that it is hidden from the client?',
    needs: 'task',
    positions: {
      'handed-back': 'keeps hidden comments inside',
      missing: 'only comments that notify the client go out: leave sendOnlyWhenClientIsRecipient on',
    },
    *ask(scene, task) {
      const { isHidden } = yield* writtenComment(scene, task, 'hidden', { isHidden: true })
      return isHidden === true ? 'handed-back' : 'missing'
    },
  }),
  question({
    id: 'over-64k',
    title: 'A comment of more than 64 KB',
    needs: 'task',
    positions: {
      '400-code5001': 'stays below, and splits long texts',
      '400-code41': 'stays below, and splits long texts',
      refused: 'stays below, and splits long texts',
      cut: 'stays below, and splits long texts',
      kept: 'stays below, and splits long texts',
    },
    *ask(scene, { id }) {
      const description = `${said(scene, 'long')}${'x'.repeat(TOO_LONG)}`
      const reply = yield* allowed(writeComment(scene, id, 'long', { description }))
      if (reply.ok) {
        const shown = (yield* readComment(scene, idIn(reply.value))).description ?? ''
        return shown.length < description.length ? 'cut' : 'kept'
      }
      const { vendorCode } = reply.error
      return vendorCode === 5001 ? '400-code5001' : vendorCode === 41 ? '400-code41' : 'refused'
    },
  }),
  question({
    id: 'result-order',
    title: 'By which of the two documented names comments are sorted',
    needs: 'task',
    positions: {
      'field-honoured': 'sends both names: the newest come first',
      'filed-honoured': 'sends both names: the newest come first',
      both: 'sends both names: the newest come first',
      ignored: 'sees it on each page, and reads on to the end of a long task',
    },
    *ask(scene, { id }) {
      yield* need(writeComment(scene, id, 'order'))
      const byField = isNewestFirst(yield* feedOf(id, { field: 'id', direction: 'Desc' }))
      const byFiled = isNewestFirst(yield* feedOf(id, { filed: 'id', direction: 'Desc' }))
      if (byField && byFiled) return 'both'
      return byField ? 'field-honoured' : byFiled ? 'filed-honoured' : 'ignored'
    },
  }),
  question({
    id: 'edit-mark',
    title: 'Does an edited comment show in the times of its task?',
    needs: 'task',
    positions: {
      marked: 'notices an edit with the next look at the list of changes',
      unmarked: 'reads open tasks of the last two days four times a day, not once',
      'not-shown': 'cannot see edits: they stay in Planfix',
    },
    *ask(scene, task) {
      const { id } = yield* writtenComment(scene, task, 'edit')
      const edit = (what: string) =>
        post(`/task/${task.id}/comments/${id}`, {
          body: { description: `<p>${said(scene, what)}</p>` },
          scope: 'comment_update',
          about: 'comment',
        })
      // Whether the token may edit at all is known before the wait.
      yield* need(edit('tried'))
      yield* need({ way: 'wait', until: 'next-minute' })
      const before = marksOf(yield* readTask(task.id))
      yield* need(edit('edited'))
      const { description } = yield* readComment(scene, id ?? 0)
      if (!description?.includes('edited]')) return 'not-shown'
      return marksOf(yield* readTask(task.id)) === before ? 'unmarked' : 'marked'
    },
  }),
  question({
    id: 'deletion-mark',
    title: 'Does a deleted comment show in the times of its task?',
    needs: 'task',
    positions: {
      marked: 'notices a deletion with the next look at the list of changes',
      unmarked: 'reads open tasks of the last two days four times a day, not once',
    },
    *ask(scene, task) {
      const [first, second] = [
        yield* writtenComment(scene, task, 'delete'),
        yield* writtenComment(scene, task, 'delete'),
      ]
      const without = ({ id }: { id: number | null }) =>
        remove(`/comment/${id}`, { scope: 'comment_delete', about: 'comment' })
      yield* need(without(first))
      yield* need({ way: 'wait', until: 'next-minute' })
      const before = marksOf(yield* readTask(task.id))
      yield* need(without(second))
      return marksOf(yield* readTask(task.id)) === before ? 'unmarked' : 'marked'
    },
  }),
]

function isNewestFirst(comments: readonly { id: number | null }[]): boolean {
  if (comments.length < 2) throw new NoAnswer('not-seen')
  return comments.every(({ id }, n) => n === 0 || (id ?? 0) < (comments[n - 1]?.id ?? 0))
}
