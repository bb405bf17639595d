import { z } from 'zod'

/**
 * Answers of Planfix (contracts/planfix.md §4–§11). Extra fields are tolerated, almost every field may be
 * absent or null (only the fields named in `fields` are returned), and ids come as 5, "5" or "user:5" (switch
 * `id-shape`).
 */

const AN_ID = 'expected an id like 5 or "user:5"'
const ID = /^(?:([a-z]+):)?(\d+)$/

const rawId = z.union([z.int(), z.string().regex(ID, AN_ID)], {
  error: AN_ID,
})

/** The number alone. */
const numberId = rawId.transform((value) => (typeof value === 'number' ? value : Number(ID.exec(value)![2])))

/** With its kind: `user:5`. A bare number is of `kind`. */
const personId = (kind: 'user' | 'contact') =>
  rawId.transform((value) => {
    if (typeof value === 'number') return `${kind}:${value}`
    const [, prefix = kind, number] = ID.exec(value)!
    return `${prefix}:${Number(number)}`
  })

const text = z.string().nullish()
const flag = z.boolean().nullish()

/** An unset person comes as null, as nothing, or as an object without id. */
const person = (kind: 'user' | 'contact') =>
  z
    .looseObject({ id: z.union([personId(kind), z.literal('').transform(() => null)]).nullish(), name: text })
    .nullish()

const entity = z.looseObject({ id: numberId.nullish(), name: text }).nullish()

const timePoint = z
  .union([z.string(), z.looseObject({ date: text, time: text, datetime: text, dateTimeUtcSeconds: text })])
  .nullish()

const people = z
  .looseObject({
    users: z.array(z.looseObject({ id: personId('user'), name: text })).nullish(),
    groups: z.array(z.looseObject({ id: numberId, name: text })).nullish(),
  })
  .nullish()

const status = z.looseObject({
  id: numberId,
  name: text,
  isActive: flag,
  texts: z.array(z.looseObject({ lang: text, name: text })).nullish(),
})

const file = z.looseObject({
  id: numberId,
  name: text,
  size: z.number().nullish(),
  downloadUrl: text,
  link: text,
})

export const taskRow = z.looseObject({
  id: numberId,
  name: text,
  status: status.nullish(),
  processId: numberId.nullish(),
  template: entity,
  assigner: person('user'),
  counterparty: person('contact'),
  participants: people,
  isDeleted: flag,
  dateTime: timePoint,
  dateOfLastUpdate: timePoint,
  dateOfLastComment: timePoint,
  sourceObjectId: text,
})

const comment = z.looseObject({
  id: numberId,
  type: text,
  description: text,
  owner: person('user'),
  recipients: people,
  isHidden: flag,
  isDeleted: flag,
  files: z.array(file).nullish(),
  dateTime: timePoint,
  sourceObjectId: text,
})

const contact = z.looseObject({
  id: numberId,
  name: text,
  midname: text,
  lastname: text,
  email: text,
  additionalEmailAddresses: z.array(z.string()).nullish(),
  phones: z.array(z.looseObject({ number: text })).nullish(),
  isDeleted: flag,
  sourceObjectId: text,
  description: text,
  customFieldData: z
    .array(
      z.looseObject({
        field: z.looseObject({ id: numberId.nullish() }).nullish(),
        value: z.unknown(),
        stringValue: text,
      }),
    )
    .nullish(),
})

const user = z.looseObject({
  id: numberId,
  name: text,
  lastname: text,
  email: text,
  secondaryEmails: z.array(z.string()).nullish(),
  role: text,
  status: text,
})

const template = z.looseObject({ id: numberId, name: text, processId: numberId.nullish() })
const named = z.looseObject({ id: numberId, name: text })
const dataTag = z.looseObject({ id: numberId, name: text, fields: z.array(named).nullish() })

/** `failures` is an array in the schema and an object in the example (switch `failures-shape`). */
const failure = z.looseObject({ field: text, error: text })
const failures = z
  .union([z.array(failure), failure])
  .nullish()
  .transform((value) => {
    const list = Array.isArray(value) ? value : value && Object.keys(value).length > 0 ? [value] : []
    return list.map((one) => one.field ?? 'unknown')
  })

/** Answer of a write that created an object. */
export const created = z.looseObject({ id: numberId, failures })
/** An update's answer, also an empty one (switch `update-answer`). */
export const updated = z
  .looseObject({ failures })
  .nullish()
  .transform((value) => value?.failures ?? [])
/** Any answer that is not a failure. */
export const done = z.unknown()
/**
 * `{"result":"success"}` [DOC]: only this distinguishes Planfix from another server that answers 200 to
 * everything.
 */
export const pong = z.looseObject({ result: z.string() })

export const taskAnswer = z.looseObject({ task: taskRow })
export const taskList = z.looseObject({ tasks: z.array(taskRow) })
/** For most tasks of the list only the marks are read. */
export const changedList = z.looseObject({
  tasks: z.array(z.looseObject({ id: numberId, dateOfLastUpdate: timePoint, dateOfLastComment: timePoint })),
})
export const commentAnswer = z.looseObject({ comment })
export const commentList = z.looseObject({ comments: z.array(comment) })
export const contactAnswer = z.looseObject({ contact })
export const contactList = z.looseObject({ contacts: z.array(contact) })
export const userList = z.looseObject({ users: z.array(user) })
export const groupList = z.looseObject({ groups: z.array(named) })
export const templateList = z.looseObject({ templates: z.array(template) })
export const customFieldList = z.looseObject({
  customfields: z.array(z.looseObject({ id: numberId, name: text, type: z.number().nullish() })),
})
export const processList = z.looseObject({ processes: z.array(named) })
export const statusList = z.looseObject({ statuses: z.array(status) })
export const fileAnswer = z.looseObject({ file })
/** The key is `dataTags` in the schema and `dataTag` in the example (switch `datatag-list-key`). */
export const dataTagList = z
  .looseObject({ dataTags: z.array(dataTag).optional(), dataTag: z.array(dataTag).optional() })
  .refine((value) => value.dataTags || value.dataTag, { path: ['dataTags'], message: 'expected array' })
  .transform((value) => value.dataTags ?? value.dataTag ?? [])

export type RawTask = z.output<typeof taskRow>
export type RawComment = z.output<typeof comment>
export type RawContact = z.output<typeof contact>
export type RawStatus = z.output<typeof status>

/** "planfix.tasks[3].status.id: expected number": where an answer does not fit, and how. */
export function validationError(error: z.ZodError): string {
  const issue = deepest(error.issues[0]!)
  const path = issue.path.reduce<string>(
    (written, part) => written + (typeof part === 'number' ? `[${part}]` : `.${String(part)}`),
    'planfix',
  )
  return `${path}: ${issue.message.replace(/^Invalid input: /, '')}`
}

/** For a union, the branch that matched furthest describes the problem best. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return issue
  const inner = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length)[0]
  return inner ? deepest({ ...inner, path: [...issue.path, ...inner.path] }) : issue
}
