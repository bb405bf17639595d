import type { Result } from '../../../shared/errors.ts'

/** 0 client messages, 1 reading replies, 2 task maintenance, 3 visit actions. */
export type Priority = 0 | 1 | 2 | 3

export interface PlanfixContact {
  id: number
  name: string
  /** Where clients' addresses are stored (shared/config.ts, `clientEmail`). */
  email: string | null
  /** All others on the card. */
  otherEmails: string[]
  /** In the card's own e-mail field: Planfix mails each comment that notifies the contact to it. */
  mailed: string | null
  /** Plain text; empty when it was not requested. */
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
  /** Numbers of the participating users. */
  participantUserIds: number[]
  isDeleted: boolean
  sourceObjectId: string | null
  createdAt: number | null
  /** Marks of the last change, joined as text: equal text means no visible change. */
  changeToken: string
  /** When it last changed, if the account says so; see Mark in planfix/times.ts. */
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
  /** All notified people, e.g. `user:5`, `contact:92`. */
  recipients: string[]
  isHidden: boolean
  isDeleted: boolean
  files: { id: number; name: string; size: number | null }[]
  /**
   * Names of pictures and films in the text that only people of the account can open; empty when unknown.
   */
  lost?: string[]
  sourceObjectId: string | null
  at: number | null
  /** `at` may be off by the account's zone, which is not known yet. */
  mayBeShifted?: boolean
}

/**
 * Text that becomes HTML in Planfix. Each paragraph is plain text and stays plain text. `links` are addresses
 * in it that are known to be complete, whatever their last character is.
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
  /** Time of writing, for messages that come late; milliseconds. */
  writtenAt: number | null
  sourceObjectId: string
}
export interface ContactFields {
  name?: string
  email?: string
  phone?: string
}

/** Planfix limits the rate of calls: await a slot before each call; the call itself does not wait. */
export interface RateLimiter {
  /**
   * Resolves when a call may be made. Lower numbers first; conversations take turns. Rejects with
   * SlotWithdrawn when waiting callers are cancelled.
   */
  slot(priority: Priority, conversationKey: string, since?: number): Promise<void>
  /** A slot that was not used. */
  release(): void
}

/**
 * Rejects queued waiters because the configuration is being replaced. Nothing was sent, and the next engine
 * continues from the state on disk.
 */
export class SlotWithdrawn extends Error {}

/** The criteria for finding an indeterminate write. */
interface LookFor {
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
    /** The card as last read. */
    before: Pick<PlanfixContact, 'description'>,
  ): Promise<Result<{ failures: string[] }>>
  contact(id: number): Promise<Result<PlanfixContact>>
  /** `companies` instead of people: an address is unique in the whole account. */
  contactsByEmail(email: string, among?: 'people' | 'companies'): Promise<Result<PlanfixContact[]>>
  /** Contacts created since the day of `startedAt` with this name or source id; the engine compares them. */
  lookForContacts(look: LookFor & { name: string }): Promise<Result<PlanfixContact[]>>

  /** Which of these (`user:7`, `group:3`, `contact:92`) no longer exist, or are not active. */
  missingPeople(ids: readonly string[]): Promise<Result<string[]>>
  createTask(task: NewTask): Promise<Result<{ id: number }>>
  /** `failures` names fields that were refused (a partial success); `queued` is Planfix's 202. */
  updateTask(
    id: number,
    patch: { statusId?: number; assignerContactId?: number; participantUserIds?: number[] },
  ): Promise<Result<{ failures: string[]; queued: boolean }>>
  /** `object-gone` when it is missing or invisible. */
  task(id: number): Promise<Result<PlanfixTask>>
  /** Up to 100 tasks in one call; missing ones are absent from the result. */
  tasks(ids: number[]): Promise<Result<PlanfixTask[]>>
  tasksOfContact(contactId: number): Promise<Result<PlanfixTask[]>>
  /**
   * Tasks of the account that changed or got a comment since `at` (milliseconds), numbers ascending, 2,000 at
   * most. Empty where the account refuses the filter.
   */
  tasksChangedSince(at: number): Promise<Result<PlanfixTask[]>>

  addComment(taskId: number, comment: NewComment): Promise<Result<{ id: number }>>
  /** One page (100), newest first if the account sorts; `complete` when there are no older ones. */
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
  /** Adds an entry of the data tag configured for visits; `refused` when none is configured. */
  addVisitTag(contactId: number, values: { os: string; browser: string; ip: string }): Promise<Result<void>>
  readonly hasVisitTag: boolean

  /** Planfix downloads the file itself. */
  fileFromUrl(name: string, url: string): Promise<Result<{ id: number }>>
  /** A temporary address of the file that needs no token; null when the account does not send one. */
  fileAddress(id: number): Promise<Result<{ name: string; url: string | null }>>
  /** Id of the status that completes a task of the template; null when unknown. */
  completedStatusId(): Promise<Result<number | null>>
  /** Whether the status counts as active; null when unknown. */
  isStatusActive(status: PlanfixStatus): boolean | null
}
