import {
  anything,
  either,
  flag,
  integer,
  list,
  matching,
  oneOf,
  type Shape,
  shape,
  text,
  uuid,
} from './shapes.ts'

/** The request bodies of the official swagger 1.6.9, as checks (contracts/planfix.md §4–§11). */

const entity = shape({ id: integer() }, ['id'])
/**
 * A prefixed id; a live account silently reads bare numbers as the token's user (§4), so they are refused.
 */
const person = shape({ id: matching(/^(user|contact):\d+$/, '"user:N" or "contact:N"') }, ['id'])
/** Counterparty: a string in the schema, a number in the swagger's example (§6.1). */
const contactRef = shape({ id: either(matching(/^(contact:)?\d+$/, '"contact:N"'), integer()) }, ['id'])
const groupRef = shape({ id: integer() }, ['id'])
const people = shape({ users: list(person), groups: list(groupRef) })
const notified = shape({
  users: list(person),
  groups: list(groupRef),
  roles: list(oneOf('assignee', 'participant', 'auditor', 'assigner')),
})
const date = matching(/^\d{2}-\d{2}-\d{4}$/, 'dd-MM-yyyy')
const timePointShape: Shape = either(
  shape({
    date,
    time: matching(/^\d{2}:\d{2}(:\d{2})?$/, 'HH:mm'),
    datetime: matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/, "yyyy-MM-dd'T'HH:mm'Z'"),
    dateTimeUtcSeconds: matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0000$/, 'yyyy-MM-ddTHH:mm:ss+0000'),
  }),
  matching(/^\d{2}-\d{2}-\d{4} \d{2}:\d{2}:\d{2}$/, 'dd-MM-yyyy HH:mm:ss'),
)
const customFieldData = list(shape({ field: entity, value: anything }, ['field']))
const files = list(entity)
const source = { sourceObjectId: uuid, sourceDataVersion: text(100) }

/** `sourceId` is not documented here; its effect is the switch `source-id-on-task-write`. */
const taskFields = {
  id: integer(),
  sourceId: uuid,
  ...source,
  name: text(),
  description: text(),
  priority: oneOf('NotUrgent', 'Urgent'),
  status: entity,
  processId: integer(),
  resultChecking: flag,
  assigner: person,
  parent: entity,
  template: entity,
  object: entity,
  project: entity,
  counterparty: contactRef,
  dateTime: timePointShape,
  startDateTime: timePointShape,
  endDateTime: timePointShape,
  delayedTillDate: timePointShape,
  hasStartDate: flag,
  hasEndDate: flag,
  duration: integer(),
  durationUnit: oneOf('Minute', 'Hour', 'Day', 'Week', 'Month'),
  durationType: oneOf('CalendarDays', 'WorkerDays'),
  overdue: flag,
  closeToDeadLine: flag,
  notAcceptedInTime: flag,
  inFavorites: flag,
  isSummary: flag,
  isSequential: flag,
  assignees: people,
  participants: people,
  auditors: people,
  isDeleted: flag,
  customFieldData,
  files,
}
export const taskCreate = shape(taskFields)
export const taskUpdate = shape({ ...taskFields, hasStartTime: flag, hasEndTime: flag })

const commentFields = {
  sourceId: uuid,
  ...source,
  description: text(),
  isPinned: flag,
  isHidden: flag,
  recipients: notified,
  files,
}
export const commentCreate = shape({ ...commentFields, owner: person, dateTime: timePointShape })
export const commentUpdate = shape(commentFields)

export const contactBody = shape({
  id: integer(),
  template: entity,
  sourceId: uuid,
  ...source,
  name: text(),
  midname: text(),
  lastname: text(),
  gender: oneOf('NotDefined', 'Female', 'Male'),
  description: text(),
  address: text(),
  site: text(),
  email: text(),
  skype: text(),
  telegramId: text(),
  telegram: text(),
  facebook: text(),
  instagram: text(),
  viberId: text(),
  position: text(),
  languageCode: oneOf('En', 'Ru', 'Pl', 'Ka', 'Ro', 'Pt', 'Es', 'De', 'Az', 'Tr'),
  communicationLanguageCode: text(),
  timezone: text(),
  group: groupRef,
  isCompany: flag,
  isDeleted: flag,
  birthDate: either(shape({ date }), date),
  supervisors: people,
  phones: list(shape({ number: text(), type: integer(1, 4) }, ['number'])),
  companies: list(entity),
  contacts: list(entity),
  customFieldData,
  files,
})

const filter = shape(
  {
    type: integer(),
    operator: oneOf('equal', 'notequal', 'gt', 'lt', 'have', 'nothave'),
    value: anything,
    field: integer(),
    subfilter: anything,
  },
  ['type', 'operator', 'value'],
)
const page = { offset: integer(0), pageSize: integer(1, 100), fields: text() }
const resultOrder = list(
  shape({ field: oneOf('id', 'dateTime'), filed: oneOf('id', 'dateTime'), direction: oneOf('Asc', 'Desc') }),
)
const typeList = oneOf('Comments', 'All', 'New', 'Deleted')

export const taskList = shape({
  ...page,
  filterId: text(),
  runAsUserId: matching(/^(user|contact):\d+$/, '"user:N"'),
  filters: list(filter),
  sourceId: uuid,
})
export const contactList = shape({
  ...page,
  filterId: text(),
  filters: list(filter),
  isCompany: flag,
  onlyChanged: flag,
  prefixedId: flag,
  sourceId: uuid,
})
export const userList = shape({
  ...page,
  onlyActive: flag,
  prefixedId: flag,
  sourceId: uuid,
  filters: list(filter),
})
export const feedList = shape({ ...page, typeList, resultOrder })
export const commentList = shape({ ...page, filters: list(filter), typeList, resultOrder, sourceId: uuid })
export const dataTagList = shape(page)
export const entryList = shape({
  ...page,
  taskId: integer(),
  contactId: matching(/^(contact:)?\d+$/, '"contact:N"'),
  filters: list(filter),
})
export const entryCreate = shape({ dataTag: entity, items: list(shape({ customFieldData })) }, [
  'dataTag',
  'items',
])
export const entryUpdate = shape({ customFieldData })
export const fromUrl = shape({ name: text(), url: text() }, ['url'])
