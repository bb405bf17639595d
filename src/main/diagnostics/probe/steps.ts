import { z } from 'zod'
import {
  type Asking,
  type ChatStep,
  type Got,
  NoAnswer,
  type OwnChat,
  type OwnTask,
  type Reply,
  type RestStep,
  reasonOf,
  type Scene,
  type Step,
} from './question.ts'

/** No object has this number. */
export const NOWHERE = 2_147_483_647

type Rest = Omit<RestStep, 'way' | 'method' | 'path' | 'writes'>

export const get = (path: string, step: Rest): RestStep => ({
  way: 'rest',
  method: 'GET',
  path,
  writes: false,
  ...step,
})
/** A list or another question that is asked by POST. */
export const look = (path: string, step: Rest): RestStep => ({ ...get(path, step), method: 'POST' })
export const post = (path: string, step: Rest): RestStep => ({ ...look(path, step), writes: true })
export const remove = (path: string, step: Rest): RestStep => ({ ...post(path, step), method: 'DELETE' })

/** A step without whose answer the question has none. */
export function* need(step: Step): Asking<Got> {
  const reply = yield step
  if (!reply.ok) throw new NoAnswer(reasonOf(reply.error))
  return reply.value
}

/** The reply of a step that the account may refuse; other failures leave the question without an answer. */
export function* allowed(step: Step): Asking<Reply> {
  const reply = yield step
  if (!reply.ok && !['refused', 'object-gone'].includes(reply.error.code))
    throw new NoAnswer(reasonOf(reply.error))
  return reply
}

export function read<T>(schema: z.ZodType<T>, { body }: Got): T {
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw new NoAnswer('unexpected')
  return parsed.data
}

const text = z.string().nullish()
const prefixed = z.union([z.int(), z.string()])
export const numberOf = (id: string | number | null | undefined): number | null => {
  const number = Number(/\d+$/.exec(String(id ?? ''))?.[0] ?? Number.NaN)
  return Number.isNaN(number) ? null : number
}
const time = z.looseObject({ date: text, time: text, datetime: text, dateTimeUtcSeconds: text }).nullish()
export type Time = z.output<typeof time>
const person = z.looseObject({ id: prefixed.nullish() }).nullish()

const comment = z.looseObject({
  id: prefixed.transform(numberOf),
  description: text,
  owner: person,
  recipients: z.looseObject({ users: z.array(z.looseObject({ id: prefixed })).nullish() }).nullish(),
  isHidden: z.boolean().nullish(),
  isDeleted: z.boolean().nullish(),
  dateTime: time,
  sourceObjectId: text,
})
export type ReadComment = z.output<typeof comment>

const task = z.looseObject({
  id: prefixed.transform(numberOf),
  name: text,
  processId: prefixed.nullish(),
  assigner: person,
  counterparty: person,
  participants: z
    .looseObject({
      users: z.array(z.looseObject({ id: prefixed })).nullish(),
      groups: z.array(z.looseObject({ id: prefixed })).nullish(),
    })
    .nullish(),
  dateOfLastUpdate: time,
  dateOfLastComment: time,
  sourceObjectId: text,
})
export type ReadTask = z.output<typeof task>

const oneComment = z.looseObject({ comment })
const comments = z.looseObject({ comments: z.array(comment) })
const oneTask = z.looseObject({ task })
const tasks = z.looseObject({ tasks: z.array(task) })
const created = z.looseObject({ id: prefixed.transform(numberOf) })

export const idIn = (got: Got): number => read(created, got).id ?? 0

const COMMENT_FIELDS = 'id,dateTime,type,description,owner,recipients,isDeleted,isHidden,sourceObjectId'
const TASK_FIELDS =
  'id,name,processId,template,assigner,counterparty,participants,dateTime,dateOfLastUpdate,dateOfLastComment,sourceObjectId'

/** Text of a comment that is recognised as ours in any feed. */
export const said = ({ words, mark }: Scene, what: string): string => `${words.comment} [${mark} ${what}]`

/** A comment in a task of ours; `body` replaces any of its fields. */
export const writeComment = (scene: Scene, taskId: number, what: string, body: object = {}): RestStep =>
  post(`/task/${taskId}/comments/`, {
    body: {
      description: `<p>${said(scene, what)}</p>`,
      sourceId: scene.sourceId,
      sourceObjectId: scene.newId(),
      sourceDataVersion: '1',
      ...body,
    },
    scope: 'comment_add',
    about: 'task',
  })

export function* readComment(scene: Pick<Scene, 'sourceId'>, id: number): Asking<ReadComment> {
  const query = { fields: COMMENT_FIELDS, sourceId: scene.sourceId }
  return read(
    oneComment,
    yield* need(get(`/comment/${id}`, { query, scope: 'comment_readonly', about: 'comment' })),
  ).comment
}

/** Writes a comment and reads it back. */
export function* writtenComment(
  scene: Scene,
  { id }: Pick<OwnTask, 'id'>,
  what: string,
  body: object = {},
): Asking<ReadComment & { at: number }> {
  const made = yield* need(writeComment(scene, id, what, body))
  return { ...(yield* readComment(scene, idIn(made))), at: made.at }
}

/** The newest hundred comments, whatever their order. */
export function* feedOf(
  taskId: number,
  resultOrder: object = { field: 'id', filed: 'id', direction: 'Desc' },
): Asking<ReadComment[]> {
  const body = {
    offset: 0,
    pageSize: 100,
    fields: COMMENT_FIELDS,
    typeList: 'Comments',
    resultOrder: [resultOrder],
  }
  const step = look(`/task/${taskId}/comments/list`, { body, scope: 'comment_readonly', about: 'task' })
  return read(comments, yield* need(step)).comments
}

export const taskStep = (id: number, query: { sourceId?: string } = {}): RestStep =>
  get(`/task/${id}`, { query: { fields: TASK_FIELDS, ...query }, scope: 'task_readonly', about: 'task' })
export function* readTask(id: number, query: { sourceId?: string } = {}): Asking<ReadTask> {
  return taskIn(yield* need(taskStep(id, query)))
}
export const taskIn = (got: Got): ReadTask => read(oneTask, got).task

export const listTasks = (filters: readonly object[], sourceId: string): RestStep =>
  look('/task/list', {
    body: { offset: 0, pageSize: 100, fields: TASK_FIELDS, sourceId, filters },
    scope: 'task_readonly',
    about: 'account',
  })
export const tasksIn = (got: Got): ReadTask[] => read(tasks, got).tasks
export const numbered = (id: number) => ({ type: 57, operator: 'equal', value: [id] })

export const updateTask = (id: number, body: object, query?: { silent: true }): RestStep =>
  post(`/task/${id}`, { body, ...(query && { query }), scope: 'task_update', about: 'task' })

/** A message into the test chat, as the chat's only client. */
export const say = (
  scene: Scene,
  chat: Pick<OwnChat, 'chatId'>,
  what: string,
  more: readonly (readonly [string, string])[] = [],
  message = said(scene, what),
): ChatStep => ({
  way: 'chat',
  command: 'newMessage',
  pairs: [
    ['chatId', chat.chatId],
    ['contactId', chat.chatId],
    ['contactName', scene.words.contact],
    ['message', message],
    ...more,
  ],
})

/** The comments of a chat's task that hold these words; the question has no answer where REST sees none of them. */
export function* heard(scene: Scene, chat: OwnChat, what: string): Asking<ReadComment[]> {
  const found = (yield* feedOf(chat.taskId)).filter(({ description }) =>
    description?.includes(`[${scene.mark} ${what}]`),
  )
  if (found.length === 0) throw new NoAnswer('not-seen')
  return found
}

/** Of an answer to a question by the Chat API: its number, in any of the known shapes. */
export function numberIn(body: unknown): number | null {
  const { data } = Object(body) as { data?: unknown }
  let fields = data ?? body
  if (typeof data === 'string') {
    try {
      fields = JSON.parse(data)
    } catch {
      return null
    }
  }
  const { number } = Object(fields) as { number?: unknown }
  return typeof number === 'number' || typeof number === 'string' ? numberOf(number) : null
}
