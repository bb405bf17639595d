import type { Result } from '../../../shared/errors.ts'

/** 0 client messages, 1 reading replies, 2 task upkeep, 3 visit actions. */
export type Priority = 0 | 1 | 2 | 3

export interface PlanfixContact {
  id: number
  name: string
  /** Where the owner wants clients' addresses to be kept (shared/config.ts, `clientEmail`). */
  email: string | null
  /** All others on the card. */
  otherEmails: string[]
  /** In the card's own e-mail field: there Planfix mails each comment that notifies the contact. */
  mailed: string | null
  /** Plain text; empty where it was not asked for. */
  description: string
  phones: string[]
  isDeleted: boolean
  sourceObjectId: string | null
}
export interface PlanfixStatus {
  id: number
  name: string
  /** null when the account does not say. */
  isActive: boolean | null
}
export interface PlanfixTask {
  id: number
  name: string
  status: PlanfixStatus | null
  templateId: number | null
  processId: number | null
  /** `user:1` or `contact:92`. */
  assigner: string | null
  counterparty: string | null
  /** Numbers of the users that take part. */
  participantUserIds: number[]
  isDeleted: boolean
  sourceObjectId: string | null
  createdAt: number | null
  /** Marks of the last change, joined as text: equal text means nothing that can be seen has changed. */
  changeToken: string
  /** When it last changed, as far as the account tells; see Mark in planfix/times.ts. */
  mark?: { minute: number | null; second: number | null }
}
export interface PlanfixComment {
  id: number
  /** `Comment`, `Reminder`, `None`. */
  type: string
  text: string
  /** `user:5` or `contact:92`; null when unknown. */
  owner: string | null
  ownerName: string
  /** Everyone notified, e.g. `user:5`, `contact:92`. */
  recipients: string[]
  isHidden: boolean
  isDeleted: boolean
  files: { id: number; name: string; size: number | null }[]
  /** Pictures and films of the text that only people of the account can open, by name; empty where none is known. */
  lost?: string[]
  sourceObjectId: string | null
  at: number | null
}

/**
 * Text that becomes HTML in Planfix. Each paragraph is plain text and stays plain text. `links` are addresses in it that are
 * known to be whole, whatever they end in.
 */
export interface PlanfixText {
  paragraphs: { label: string | null; text: string; quote?: boolean; links?: readonly string[] }[]
}
export interface NewTask {
  name: string
  description: PlanfixText
  contactId: number
  /** The contact as assigner; null leaves it to Planfix. */
  assignerContactId: number | null
  participants: { users: number[]; contacts: number[]; groups: number[] }
  sourceObjectId: string
}
export interface NewComment {
  text: PlanfixText
  /** `user:5` or `contact:92`; null = the token's user. */
  owner: string | null
  recipients: { roles: ('assignee' | 'participant' | 'auditor' | 'assigner')[]; users: string[] }
  fileIds: number[]
  /** When it was written, for messages that come late; milliseconds. */
  writtenAt: number | null
  sourceObjectId: string
}
export interface ContactFields {
  name?: string
  email?: string
  phone?: string
}

/** Planfix paces calls: await `turn` before each call; the call itself does not wait. */
export interface RateLimiter {
  /**
   * Resolves when a call may be made. Lower numbers first; conversations take turns. Rejects with SlotWithdrawn when those
   * who wait are sent away.
   */
  slot(priority: Priority, conversationKey: string): Promise<void>
  /** A turn that was not used. */
  release(): void
}

/**
 * Whoever waited for a turn is to end here: the configuration he works by is being replaced. Nothing was sent, and what is
 * on disk is taken up again by the next one.
 */
export class SlotWithdrawn extends Error {}

/** What an unclear write is looked for by. */
export interface LookFor {
  sourceObjectId: string
  startedAt: number
}

export interface PlanfixApi {
  readonly rateLimiter: RateLimiter
  /** Planfix's clock minus ours in milliseconds, from its answers; null before the first. */
  clockSkew(): number | null
  /** True when the rendered HTML fits one comment (64 KB, tags included). */
  fits(text: PlanfixText): boolean
  createContact(
    fields: ContactFields & { name: string },
    sourceObjectId: string,
  ): Promise<Result<{ id: number; failures: string[] }>>
  updateContact(
    id: number,
    fields: ContactFields,
    sourceObjectId: string,
    /** The card as it was just read. */
    before: Pick<PlanfixContact, 'description'>,
  ): Promise<Result<{ failures: string[] }>>
  contact(id: number): Promise<Result<PlanfixContact>>
  /** `companies` instead of people: an address is one's alone in the whole account. */
  contactsByEmail(email: string, among?: 'people' | 'companies'): Promise<Result<PlanfixContact[]>>
  /** Contacts created since the day of `startedAt` with this name or source id; the engine compares. */
  lookForContacts(look: LookFor & { name: string }): Promise<Result<PlanfixContact[]>>

  /** Which of these (`user:7`, `group:3`, `contact:92`) are not there any more, or not active. */
  missingPeople(ids: readonly string[]): Promise<Result<string[]>>
  createTask(task: NewTask): Promise<Result<{ id: number }>>
  /** `failures` names fields that were not taken (a partial success); `queued` is Planfix's 202. */
  updateTask(
    id: number,
    patch: { statusId?: number; assignerContactId?: number; participantUserIds?: number[] },
  ): Promise<Result<{ failures: string[]; queued: boolean }>>
  /** `object-gone` when it is missing or invisible. */
  task(id: number): Promise<Result<PlanfixTask>>
  /** Up to 100 tasks in one call; missing ones are simply not in the answer. */
  tasks(ids: number[]): Promise<Result<PlanfixTask[]>>
  tasksOfContact(contactId: number): Promise<Result<PlanfixTask[]>>
  /**
   * Tasks of the account that changed or got a comment since `at` (milliseconds), numbers ascending, 2,000 at most. None where
   * the account refuses the filter.
   */
  tasksChangedSince(at: number): Promise<Result<PlanfixTask[]>>

  addComment(taskId: number, comment: NewComment): Promise<Result<{ id: number }>>
  /** One page (100), newest first as far as the account sorts; `complete` when no older ones are left. */
  comments(
    taskId: number,
    offset: number,
  ): Promise<Result<{ comments: PlanfixComment[]; complete: boolean; sorted: boolean }>>
  comment(id: number): Promise<Result<PlanfixComment>>
  deleteComment(id: number): Promise<Result<void>>
  addContactComment(
    contactId: number,
    text: PlanfixText,
    sourceObjectId: string,
  ): Promise<Result<{ id: number }>>
  contactComments(contactId: number): Promise<Result<PlanfixComment[]>>
  /** Adds an entry of the data tag chosen for visits; `refused` when none is configured. */
  addVisitTag(contactId: number, values: { os: string; browser: string; ip: string }): Promise<Result<void>>
  readonly hasVisitTag: boolean

  /** Planfix fetches the file itself. */
  fileFromUrl(name: string, url: string): Promise<Result<{ id: number }>>
  /** Where the file can be had for a while without a token; null when the account does not say. */
  fileAddress(id: number): Promise<Result<{ name: string; url: string | null }>>
  /** Id of the status that completes a task of the template; null when none can be told. */
  completedStatusId(): Promise<Result<number | null>>
  /** Whether the status counts as active; null when nothing says. */
  isStatusActive(status: PlanfixStatus): boolean | null
}
