import { z } from 'zod'
import type { PendingWrite } from './pending-write.ts'

/**
 * Jobs are the work beside the messages: notes, visits, cards, checks. What a job needs is stored with it as JSON and is
 * checked here before the job runs, because an older version, or a hand, may have written it.
 */

const id = z.number().int()
const text = z.string()
/** What every note may name: the task it is for (else the conversation's), the reply it is about, and no addressee. */
const note = { taskId: id.nullish(), messageId: id.nullish(), unnamed: z.boolean().optional() }
const said = <What extends string>(what: What) => z.looseObject({ ...note, what: z.literal(what) })

const NOTE = z.discriminatedUnion('what', [
  said('merged').extend({ intoConversation: id }),
  said('perhaps').extend({ otherConversation: id }),
  said('device-joined').extend({ clientId: text, why: text }),
  said('twin').extend({ otherTask: id }),
  said('twin-card').extend({ otherContact: id }),
  said('introduction').extend({ value: text, otherContact: id.optional() }),
  /** `file` is empty for a picture without a name. */
  said('file-not-delivered').extend({ file: text }),
  /** Tasks of the Chat API begin without what stands in a description. Numbers of tasks to link to. */
  said('client-facts').extend({
    clientId: text,
    previous: id.nullable(),
    related: id.nullable(),
    perhaps: id.nullable(),
  }),
  said('kept-inside'),
  said('stays-inside'),
  said('arrived-after-all'),
  said('loop'),
  said('not-delivered').extend({ reason: text }),
  said('not-changed').extend({ reason: text }),
  said('not-removed').extend({ reason: text }),
])

const written = { sourceObjectId: text, text, contactId: id.nullish() }
/** Without `what` a comment is verified. */
const VERIFY = z.union([
  z.looseObject({
    ...written,
    what: z.literal('task'),
    name: text.optional(),
    chatId: text.optional(),
    n: id.optional(),
  }),
  z.looseObject({
    ...written,
    what: z.literal('contact'),
    name: text.optional(),
    startedAt: z.number(),
    email: text,
  }),
  z.looseObject({ ...written, what: z.literal('visit'), contactId: id }),
  z.looseObject({ ...written, what: z.literal('comment').optional(), taskId: id }),
])

export const JOB_DATA = {
  reread: z.looseObject({ taskId: id, commentId: id }),
  /** A call of the Chat API, by its key (`originKey` of its reply), whose comment is not known: its chat, and when it came. */
  'find-comment': z.looseObject({ chatId: text, calledAt: z.number() }),
  /** The owner's reply; `taskId` from the moment at which its task is known. */
  reply: z.looseObject({ text, employeeId: id, taskId: id.optional() }),
  note: NOTE,
  separate: z.looseObject({}),
  assigner: z.looseObject({ taskId: id, contactId: id.nullish(), again: z.boolean().optional() }),
  /** The Chat API's number of a reply whose outcome Planfix shows at the comment. */
  tick: z.looseObject({ channelMessageId: text }),
  /** The configured people become participants of a task of the Chat API. */
  participants: z.looseObject({ taskId: id }),
  introduce: z.looseObject({ clientId: text, look: z.boolean().optional() }),
  complete: z.looseObject({ taskId: id.nullish() }),
  'leave-check': z.looseObject({ clientId: text, tries: id.optional() }),
  verify: VERIFY,
  visit: z.looseObject({
    clientId: text,
    startedAt: z.number(),
    os: text.nullish(),
    browser: text.nullish(),
    ip: text.nullish(),
  }),
} as const

/** Kinds in the order in which the jobs of a conversation run. */
export const JOB_KINDS = [
  'separate',
  'reply',
  'reread',
  'find-comment',
  'note',
  'assigner',
  'participants',
  'tick',
  'introduce',
  'complete',
  'leave-check',
  'verify',
  'visit',
] as const satisfies readonly (keyof typeof JOB_DATA)[]
export type JobKind = (typeof JOB_KINDS)[number]
export type JobData<Kind extends JobKind = JobKind> = z.infer<(typeof JOB_DATA)[Kind]>
/** What a note says, without what every note has. */
export type NoteData = JobData<'note'>

interface JobOf<Kind extends JobKind> {
  id: number
  connectionId: string
  conversationId: number
  kind: Kind
  /** One open job of a kind and key; a newer one replaces it. */
  key: string
  data: JobData<Kind>
  /** Milliseconds since 1970. */
  notBefore: number
  failures: number
  attempt: PendingWrite | null
}
export type Job<Kind extends JobKind = JobKind> = { [One in Kind]: JobOf<One> }[Kind]

export type NewJob<Kind extends JobKind> = Omit<JobOf<Kind>, 'failures' | 'attempt'>

/** A job that has not been tried. */
export const newJob = <Kind extends JobKind>(job: NewJob<Kind>): Job =>
  ({ ...job, failures: 0, attempt: null }) as Job

/** What is wrong with a stored job's data, by its path; null when the job can run. */
export function jobProblem({ kind, data }: Pick<Job, 'kind' | 'data'>): string | null {
  const schema: z.ZodType | undefined = JOB_DATA[kind]
  if (!schema) return `kind: ${kind}`
  const checked = schema.safeParse(data)
  if (checked.success) return null
  const [issue] = checked.error.issues
  return `${['data', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? ''}`
}
