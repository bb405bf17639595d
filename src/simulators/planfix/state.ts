import type { Zone } from './rest/timepoints.ts'
import { type PlanfixSwitches, type SimStatus, type StatusKey, statusesOf } from './switches.ts'
import type { ChatState } from './webchat/chat-state.ts'

/** `user:5` or `contact:92`. */
export type PersonId = string

export interface SimUser {
  id: number
  name: string
  lastname: string
  email: string
  secondaryEmails: string[]
  login: string
  role: 'NotDefined' | 'Admin' | 'User' | 'TechAdmin' | 'UserWithoutAccess' | 'Robot'
  status: 'Active' | 'ActiveWithoutAccess' | 'Inactive'
  groups: number[]
  position?: string
}

/** An e-mail of Planfix itself to a contact. */
interface SimMail {
  taskId: number
  commentId: number
  contactId: number
  email: string
  /** HTML of the comment. */
  description: string
}

/** The outside system that wrote an object (§5). */
export interface Source {
  sourceId?: string
  sourceObjectId?: string
  sourceDataVersion?: string
}

export interface SimComment extends Source {
  id: number
  taskId?: number
  contactId?: number
  time: number
  type: 'Comment' | 'Reminder' | 'None'
  fromType: 'Planfix' | 'WebChatApi' | 'None'
  /** HTML as stored. */
  description: string
  owner: PersonId
  isDeleted: boolean
  isPinned: boolean
  isHidden: boolean
  recipients: { users: PersonId[]; groups: number[] }
  files: number[]
  /** Keys of data-tag entries attached to this comment. */
  entries: number[]
  /** The task's description, comment no. 1 of the feed (§6.3). */
  isTaskDescription: boolean
  /** Written in Planfix's window, not by REST. */
  byHand: boolean
  /** Its way to the chat: from `messageStatus`, or an error of Planfix's own post. */
  delivery?: { status: 'sent' | 'read' | 'error'; text: string }
}

export interface SimTask extends Source {
  id: number
  name: string
  statusKey: StatusKey
  processId: number
  templateId?: number
  priority: 'NotUrgent' | 'Urgent'
  assigner: PersonId
  counterparty?: PersonId
  assignees: People
  participants: People
  auditors: People
  createdAt: number
  updatedAt: number
  lastCommentAt: number
  completedAt?: number
  isDeleted: boolean
  customFields: Map<number, unknown>
  /** Documented fields that are stored and returned but have no effect here (dates, durations, parent …). */
  other: Record<string, unknown>
  /** The feed, comment no. 1 being the description. */
  feed: SimComment[]
  /** The chat that the task belongs to (§12). */
  chat?: { providerId: string; chatId: string }
}

export interface People {
  users: PersonId[]
  groups: number[]
}

export interface SimContact extends Source {
  id: number
  templateId?: number
  name: string
  lastname: string
  email: string
  additionalEmailAddresses: string[]
  phones: { number: string; type: number }[]
  isCompany: boolean
  isDeleted: boolean
  createdAt: number
  updatedAt: number
  addedBy: PersonId
  customFields: Map<number, unknown>
  files: number[]
  other: Record<string, unknown>
  feed: SimComment[]
  /** `providerId~contactId` of each client of a chat that this card stands for (§12). */
  chatKeys?: string[]
  /** `contactIco` and `contactData` of the Chat API. */
  chatProfile?: { ico: string; data: string }
}

export interface SimFile {
  id: number
  name: string
  content: Buffer
  type: string
}

export interface SimCustomField {
  id: number
  name: string
  type: number
  objectType: number
  groupId: number
}

export interface SimTaskTemplate {
  id: number
  name: string
  processId: number
  assignees: PersonId[]
  participants: PersonId[]
  customFields: number[]
}

export interface SimContactTemplate {
  id: number
  name: string
  isCompany: boolean
  customFields: number[]
}

export interface SimDataTag {
  id: number
  name: string
  group: { id: number; name: string }
  fields: SimCustomField[]
}

export interface SimEntry {
  key: number
  dataTagId: number
  commentId: number
  taskId?: number
  contactId?: number
  values: Map<number, unknown>
}

/** One Planfix account: its stored data and its settings, without HTTP. */
export interface Account extends Zone {
  switches: PlanfixSwitches
  now: () => number
  /** The employee the token belongs to, e.g. 1. */
  tokenUserId: number
  /** Every task is visible to the token's user, as to a robot with full access. */
  robotSeesAll: boolean
  fileLimitMb: number
  users: Map<number, SimUser>
  groups: { id: number; name: string }[]
  contacts: Map<number, SimContact>
  tasks: Map<number, SimTask>
  comments: Map<number, SimComment>
  files: Map<number, SimFile>
  entries: Map<number, SimEntry>
  taskTemplates: SimTaskTemplate[]
  contactTemplates: SimContactTemplate[]
  dataTags: SimDataTag[]
  customFields: SimCustomField[]
  /** Ids of written objects by `kind sourceId sourceObjectId`, for the switch `source-dedup`. */
  bySource: Map<string, number>
  ids: { task: number; contact: number; comment: number; file: number; entry: number }
  /** REST comments that a chat channel bound to the task would have sent out (switch `rest-comment-pushed`). */
  pushed: { taskId: number; commentId: number; contactId: number; description: string }[]
  /** The chats of the Chat API (§12). */
  chat: ChatState
  /** Letters of Planfix itself to contacts (switch `contact-mail`). */
  mails: SimMail[]
  /** Refusals of requests that no correct client sends. */
  violations: string[]
  /** Incremented with every change; pages watch it. */
  version: number
}

export const tokenUser = (account: Account): PersonId => `user:${account.tokenUserId}`

export function statusByKey(account: Account, key: StatusKey): SimStatus {
  const found = statusesOf(account.switches).find((status) => status.key === key)
  if (!found) throw new Error(`no status ${key}`)
  return found
}

export const statusById = (account: Account, id: number): SimStatus | undefined =>
  statusesOf(account.switches).find((status) => status.id === id)

/** The number behind `contact:92`, `92` or 92; undefined for a user's id. */
export function contactNumber(id: unknown): number | undefined {
  const written = String(id)
  if (written.startsWith('user:')) return undefined
  const digits = Number(written.replace(/^contact:/, ''))
  return Number.isInteger(digits) ? digits : undefined
}

/** A contact that exists and was not deleted or merged away. */
export function livingContact(account: Account, id: unknown): SimContact | undefined {
  const n = contactNumber(id)
  const contact = n === undefined ? undefined : account.contacts.get(n)
  return contact && !contact.isDeleted ? contact : undefined
}

export function userOf(account: Account, id: PersonId): SimUser | undefined {
  return id.startsWith('user:') ? account.users.get(Number(id.slice(5))) : undefined
}

export const personExists = (account: Account, id: PersonId): boolean =>
  id.startsWith('user:') ? userOf(account, id) !== undefined : livingContact(account, id) !== undefined

export const fullName = (holder: { name: string; lastname: string }): string =>
  [holder.name, holder.lastname].filter(Boolean).join(' ')

export function personName(account: Account, id: PersonId): string {
  const holder = userOf(account, id) ?? account.contacts.get(contactNumber(id) ?? -1)
  return holder ? fullName(holder) : id
}

/** A new comment at the end of its feed; keeps the task's dates. */
export function appendComment(
  account: Account,
  holder: SimTask | SimContact,
  place: { taskId: number } | { contactId: number },
  fields: Partial<SimComment> & { owner: PersonId; description: string },
): SimComment {
  const comment: SimComment = {
    id: account.ids.comment++,
    time: account.now(),
    type: 'Comment',
    fromType: 'None',
    isDeleted: false,
    isPinned: false,
    isHidden: false,
    recipients: { users: [], groups: [] },
    files: [],
    entries: [],
    isTaskDescription: false,
    byHand: false,
    ...place,
    ...fields,
  }
  account.comments.set(comment.id, comment)
  holder.feed.push(comment)
  if ('lastCommentAt' in holder) holder.lastCommentAt = account.now()
  touch(account, holder)
  return comment
}

export function touch(account: Account, holder: { updatedAt: number }): void {
  holder.updatedAt = account.now()
  account.version++
}

/** The task or contact a comment belongs to. */
export const holderOf = (account: Account, comment: SimComment): SimTask | SimContact | undefined =>
  comment.taskId !== undefined
    ? account.tasks.get(comment.taskId)
    : account.contacts.get(comment.contactId ?? -1)

/** HTML as Planfix stores it: line breaks dropped (switch `newlines`), HTML comments removed (§6.1). */
export function storedHtml(account: Account, html: string): string {
  const bare = html.replace(/<!--[\s\S]*?(-->|$)/g, '')
  return account.switches.newlines === 'dropped' ? bare.replace(/\r?\n/g, '') : bare
}
