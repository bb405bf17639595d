import { z } from 'zod'
import { NoAnswer, type Question, question } from '../question.ts'
import {
  allowed,
  feedOf,
  idIn,
  listTasks,
  look,
  need,
  numbered,
  read,
  readTask,
  tasksIn,
  updateTask,
  writeComment,
} from '../steps.ts'

const contacts = z.looseObject({
  contacts: z.array(z.looseObject({ sourceObjectId: z.string().nullish() })),
})
const LISTED = {
  filled: 'recognises its own by the id alone, without comparing texts',
  empty: 'compares author, words and time',
}

/** Whether our own ids of what we write come back: then a write that may have arrived is looked up, not searched for. */
export const sourceQuestions: readonly Question[] = [
  question({
    id: 'source-read',
    title: 'Does a task, read alone, carry our source id?',
    needs: 'task',
    positions: {
      always: 'recognises its own tasks by it',
      'only-with-source-id': 'recognises its own tasks by it: it always names the source',
      never: 'recognises its own tasks by client, name and time',
    },
    *ask({ sourceId }, { id, sourceObjectId }) {
      if ((yield* readTask(id)).sourceObjectId === sourceObjectId) return 'always'
      const asked = yield* readTask(id, { sourceId })
      return asked.sourceObjectId === sourceObjectId ? 'only-with-source-id' : 'never'
    },
  }),
  question({
    id: 'task-list-source',
    title: 'Do lists of tasks carry our source ids?',
    needs: 'task',
    positions: LISTED,
    *ask({ sourceId }, { id, sourceObjectId }) {
      const found = tasksIn(yield* need(listTasks([numbered(id)], sourceId))).find((one) => one.id === id)
      if (!found) throw new NoAnswer('not-seen')
      return found.sourceObjectId === sourceObjectId ? 'filled' : 'empty'
    },
  }),
  question({
    id: 'contact-list-source',
    title: 'Do lists of contacts carry our source ids?',
    needs: 'task',
    positions: LISTED,
    *ask({ sourceId }, { contactId, contactSourceObjectId }) {
      const body = {
        offset: 0,
        pageSize: 100,
        isCompany: false,
        prefixedId: true,
        fields: 'id,sourceObjectId',
        sourceId,
        filters: [{ type: 4231, operator: 'equal', value: [contactId] }],
      }
      const listed = read(
        contacts,
        yield* need(look('/contact/list', { body, scope: 'contact_readonly', about: 'account' })),
      ).contacts
      if (listed.length === 0) throw new NoAnswer('not-seen')
      return listed.some((one) => one.sourceObjectId === contactSourceObjectId) ? 'filled' : 'empty'
    },
  }),
  question({
    id: 'comment-list-source',
    title: 'Do lists of comments carry our source ids?',
    needs: 'task',
    positions: LISTED,
    *ask(scene, { id }) {
      const sourceObjectId = scene.newId()
      const made = idIn(yield* need(writeComment(scene, id, 'list', { sourceObjectId })))
      const found = (yield* feedOf(id)).find((one) => one.id === made)
      if (!found) throw new NoAnswer('not-seen')
      return found.sourceObjectId === sourceObjectId ? 'filled' : 'empty'
    },
  }),
  question({
    id: 'source-dedup',
    title: 'Is a comment with a known source id written twice?',
    needs: 'task',
    positions: {
      none: 'looks before it writes again',
      'returns-existing-id':
        'still looks before it writes again: nobody promises this answer after a time-out',
      '400-code41': 'looks before it writes again, and takes the refusal for what it is',
    },
    *ask(scene, { id }) {
      const twice = { sourceObjectId: scene.newId() }
      const first = idIn(yield* need(writeComment(scene, id, 'twice', twice)))
      const second = yield* allowed(writeComment(scene, id, 'twice', twice))
      if (!second.ok) return '400-code41'
      return idIn(second.value) === first ? 'returns-existing-id' : 'none'
    },
  }),
  question({
    id: 'source-id-on-task-write',
    title: 'May a task be written with a source id, which is not documented?',
    needs: 'task',
    positions: { accepted: 'does not send it', '400-code41': 'does not send it' },
    *ask({ sourceId }, { id, name }) {
      const reply = yield* allowed(updateTask(id, { name, sourceId }))
      return reply.ok ? 'accepted' : '400-code41'
    },
  }),
]
