import { z } from 'zod'
import {
  type Asking,
  type ChatStep,
  type Got,
  NoAnswer,
  type OwnChat,
  type OwnTask,
  type RestStep,
  reasonOf,
  type Scene,
} from './question.ts'
import {
  feedOf,
  get,
  idIn,
  listTasks,
  look,
  need,
  numberIn,
  numberOf,
  post,
  type ReadTask,
  read,
  readTask,
  remove,
  said,
  say,
  taskIn,
  taskStep,
  tasksIn,
  updateTask,
} from './steps.ts'

/** A write without an answer may be carried out until then. */
const LATE_MS = 7000

/** The test contact of an earlier time. */
export interface Card {
  id: number
  name: string
  sourceObjectId: string
}

const oneContact = z.looseObject({ contact: z.looseObject({ name: z.string().nullish() }) })
const contacts = z.looseObject({
  contacts: z.array(z.looseObject({ id: z.union([z.int(), z.string()]), name: z.string().nullish() })),
})

/** The test contact: that of an earlier time where it is still there, since Planfix's REST deletes none. */
export function* makeCard(scene: Scene, known: Card | null): Asking<Card> {
  if (known !== null) {
    yield* need({ way: 'own', what: 'contact', id: known.id })
    const query = { fields: 'id,name' }
    const reply = yield get(`/contact/${known.id}`, { query, scope: 'contact_readonly', about: 'contact' })
    if (reply.ok && read(oneContact, reply.value).contact.name === known.name) return known
    if (!reply.ok && reply.error.code !== 'object-gone') throw new NoAnswer(reasonOf(reply.error))
  }
  const card = { name: `${scene.words.contact} ${scene.mark}`, sourceObjectId: scene.newId() }
  const template = scene.contactTemplateId
  const body = {
    ...(template !== null && { template: { id: template } }),
    ...card,
    sourceDataVersion: '1',
  }
  const id = yield* create(post('/contact/', { body, scope: 'contact_add', about: 'account' }), () =>
    findCard(card.name),
  )
  yield* need({ way: 'own', what: 'contact', id })
  return { id, ...card }
}

/** The test task, of the card as its client. */
export function* makeTask(scene: Scene, card: Card): Asking<OwnTask> {
  const { taskTemplateId: template, sourceId } = scene
  const sourceObjectId = scene.newId()
  const name = `${scene.words.task} ${scene.mark}`
  const body = {
    name,
    description: `<p>${said(scene, 'task')}</p>`,
    ...(template !== null && { template: { id: template } }),
    counterparty: { id: `contact:${card.id}` },
    sourceObjectId,
    sourceDataVersion: '1',
  }
  const id = yield* create(post('/task/', { body, scope: 'task_add', about: 'account' }), () =>
    findTask(scene.mark, sourceId),
  )
  yield* need({ way: 'own', what: 'task', id })
  const { processId } = yield* readTask(id)
  return {
    id,
    name,
    contactId: card.id,
    sourceObjectId,
    contactSourceObjectId: card.sourceObjectId,
    processId: numberOf(processId),
  }
}

/** The test chat: its first message makes its task, into which the second one goes too. */
export function* openChat(scene: Scene, chatId: string): Asking<OwnChat> {
  const title = [['title', `${scene.words.task} ${scene.mark}`]] as const
  const taskId = yield* taskOf(chatId, say(scene, { chatId }, 'first', title))
  // An account that begins a task for each message is not to be filled with tasks.
  if ((yield* taskOf(chatId, say(scene, { chatId }, 'second'))) !== taskId) throw new NoAnswer('unexpected')
  const seen = yield taskStep(taskId)
  if (seen.ok && !(yield* isOf(scene.mark, taskIn(seen.value)))) throw new NoAnswer('unexpected')
  const card = yield { way: 'chat', command: 'getContact', pairs: [['contactId', chatId]] }
  return { chatId, taskId, contactId: card.ok ? numberIn(card.value.body) : null }
}

function* taskOf(chatId: string, message: ChatStep): Asking<number> {
  yield* need(message)
  const id = numberIn((yield* need({ way: 'chat', command: 'getTask', pairs: [['chatId', chatId]] })).body)
  if (id === null) throw new NoAnswer('not-seen')
  yield* need({ way: 'own', what: 'task', id })
  return id
}

/** Creates an object. Without a clear answer it is looked for, since it may be there. */
function* create(step: RestStep, find: () => Asking<number | null>): Asking<number> {
  const reply = yield step
  if (reply.ok) return idIn(reply.value)
  if (reply.error.certain) throw new NoAnswer(reasonOf(reply.error))
  yield* need({ way: 'wait', until: LATE_MS })
  const found = yield* find()
  if (found === null) throw new NoAnswer(reasonOf(reply.error))
  return found
}

function* findCard(name: string): Asking<number | null> {
  const filters = [{ type: 4001, operator: 'equal', value: name }]
  const body = { offset: 0, pageSize: 100, isCompany: false, prefixedId: true, fields: 'id,name', filters }
  const listed: Got = yield* need(
    look('/contact/list', { body, scope: 'contact_readonly', about: 'account' }),
  )
  const found = read(contacts, listed).contacts.find((one) => one.name === name)
  return numberOf(found?.id)
}

/** Tasks of ours: their names hold the mark, which no other name does. */
export function* findTasks(mark: string, sourceId: string): Asking<number[]> {
  const listed = yield* need(listTasks([{ type: 8, operator: 'equal', value: mark }], sourceId))
  return tasksIn(listed).flatMap(({ id, name }) => (id !== null && name?.includes(mark) ? [id] : []))
}
function* findTask(mark: string, sourceId: string): Asking<number | null> {
  return (yield* findTasks(mark, sourceId))[0] ?? null
}

/** Whether a task is one of this probe: by its name, or by what stands in it. */
function* isOf(mark: string, { id, name }: ReadTask): Asking<boolean> {
  if (name?.includes(mark)) return true
  return (yield* feedOf(id ?? 0)).some(({ description }) => description?.includes(`[${mark} `))
}

/** What of a task could not be cleaned up. */
export interface TaskLeft {
  taskId: number
  comments: number
  isOpen: boolean
}

/** Deletes our comments, as far as the token may, and completes the task. */
export function* cleanUpTask(
  { mark }: Pick<Scene, 'mark'>,
  taskId: number,
  completedStatusId: number | null,
): Asking<TaskLeft> {
  // Whatever Planfix named as the test chat's task: only what is ours is changed.
  if (!(yield* isOf(mark, yield* readTask(taskId)))) return { taskId, comments: 0, isOpen: false }
  let comments = 0
  const isFirst = (text: string) => text.includes(`[${mark} task]`) || text.includes(`[${mark} first]`)
  try {
    for (const { id, description } of yield* feedOf(taskId)) {
      const text = description ?? ''
      if (!text.includes(`[${mark} `) || isFirst(text)) continue
      const gone = yield remove(`/comment/${id}`, { scope: 'comment_delete', about: 'comment' })
      if (!gone.ok && gone.error.code !== 'object-gone') comments++
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    comments++
  }
  if (completedStatusId === null) return { taskId, comments, isOpen: true }
  const status = { status: { id: completedStatusId } }
  const done = yield updateTask(taskId, status, { silent: true })
  const failures = done.ok ? JSON.stringify(Object(done.value.body).failures ?? []) : '"status"'
  return { taskId, comments, isOpen: failures.includes('"status"') }
}
