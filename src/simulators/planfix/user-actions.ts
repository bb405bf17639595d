import { mailContacts } from './mails.ts'
import { removeComment, touchByEdit } from './objects/comments.ts'
import { addContact } from './objects/contacts.ts'
import { addFile } from './objects/files.ts'
import { setStatus } from './objects/tasks.ts'
import type { Scenario } from './scenario.ts'
import {
  type Account,
  appendComment,
  holderOf,
  livingContact,
  type PersonId,
  type SimComment,
  type SimContact,
  type SimFile,
  type SimTask,
  statusById,
  storedHtml,
  touch,
  userOf,
} from './state.ts'
import type { StatusKey } from './switches.ts'
import type { ChatCallbacks } from './webchat/callbacks.ts'

export interface CommentOptions {
  /** The notified people; the task's counterparty when absent ("notify the client" ticked). */
  recipients?: PersonId[]
  hidden?: boolean
  files?: number[]
  /** The new author of the comment. */
  owner?: PersonId
}

/** Actions of people in Planfix's window. Each throws for an object that does not exist. */
export function userActions(account: Account, scenario: Scenario, callbacks: ChatCallbacks) {
  const taskOf = (id: number): SimTask => account.tasks.get(id) ?? missing(`task ${id}`)
  const commentOf = (id: number): SimComment => account.comments.get(id) ?? missing(`comment ${id}`)
  const contactOf = (id: number): SimContact => livingContact(account, id) ?? missing(`contact ${id}`)

  const requireFiles = (ids: readonly number[] = []): void => {
    for (const id of ids) if (!account.files.has(id)) missing(`file ${id}`)
  }
  const touchHolder = (comment: SimComment): void => {
    const holder = holderOf(account, comment)
    if (holder) touchByEdit(account, holder)
  }

  function commented(task: SimTask, comment: SimComment): void {
    mailContacts(account, comment)
    callbacks.commented(task, comment)
    scenario.fire(task, comment)
  }

  function changeStatus(taskId: number, key: StatusKey): void {
    const task = taskOf(taskId)
    setStatus(account, task, key)
    scenario.fire(task)
  }

  function moveComment(comment: SimComment, from: SimTask, into: SimTask): void {
    from.feed = from.feed.filter((one) => one !== comment)
    comment.taskId = into.id
    if (account.switches['moved-comment'] === 'new-ids') {
      account.comments.delete(comment.id)
      comment.id = account.ids.comment++
      account.comments.set(comment.id, comment)
    }
    into.feed = [...into.feed, comment].sort((a, b) => a.id - b.id)
  }

  return {
    employeeComments(taskId: number, userId: number | PersonId, html: string, options: CommentOptions = {}) {
      const task = taskOf(taskId)
      const owner = typeof userId === 'number' ? `user:${userId}` : userId
      if (!userOf(account, owner)) missing(owner)
      requireFiles(options.files)
      const comment = appendComment(
        account,
        task,
        { taskId },
        {
          owner,
          description: storedHtml(account, html),
          fromType: 'Planfix',
          recipients: { users: options.recipients ?? clientOf(task), groups: [] },
          isHidden: options.hidden ?? false,
          files: options.files ?? [],
          byHand: true,
        },
      )
      commented(task, comment)
      return comment
    },

    /**
     * Writes a comment now that is sent later (switch `delayed-comment`): returns a function that sends it.
     */
    employeeWillComment(taskId: number, userId: number, html: string, options: CommentOptions = {}) {
      const early =
        account.switches['delayed-comment'] === 'id-at-writing' ? { id: account.ids.comment++ } : {}
      return () => {
        const task = taskOf(taskId)
        const comment = appendComment(
          account,
          task,
          { taskId },
          {
            ...early,
            owner: `user:${userId}`,
            description: storedHtml(account, html),
            fromType: 'Planfix',
            recipients: { users: options.recipients ?? clientOf(task), groups: [] },
            isHidden: options.hidden ?? false,
            byHand: true,
          },
        )
        task.feed.sort((a, b) => a.id - b.id)
        commented(task, comment)
        return comment
      }
    },

    /**
     * Fields missing in `options` stay as they are: text, ticks, the hidden mark and files change in one
     * step.
     */
    editsComment(commentId: number, html: string, options: CommentOptions = {}): void {
      const comment = commentOf(commentId)
      requireFiles(options.files)
      comment.description = storedHtml(account, html)
      if (options.recipients) comment.recipients = { users: options.recipients, groups: [] }
      if (options.hidden !== undefined) comment.isHidden = options.hidden
      if (options.files) comment.files = options.files
      if (options.owner) comment.owner = options.owner
      touchHolder(comment)
    },

    deletesComment: (commentId: number): void => removeComment(account, commentOf(commentId)),

    restoresComment(commentId: number): void {
      const comment = commentOf(commentId)
      comment.isDeleted = false
      touchHolder(comment)
    },

    /**
     * Into another task; under its own number or a new one (switch `moved-comment`). Returns its number
     * there.
     */
    movesComment(commentId: number, intoTaskId: number): number {
      const comment = commentOf(commentId)
      const [from, into] = [taskOf(comment.taskId ?? 0), taskOf(intoTaskId)]
      moveComment(comment, from, into)
      for (const task of [from, into]) touch(account, task)
      return comment.id
    },

    /** All comments of `from` except its description move to `into`; `from` is deleted. */
    mergesTasks(fromTaskId: number, intoTaskId: number): void {
      const [from, into] = [taskOf(fromTaskId), taskOf(intoTaskId)]
      for (const comment of from.feed.filter((one) => !one.isTaskDescription))
        moveComment(comment, from, into)
      from.isDeleted = true
      // The target keeps its channel, or takes the other's (§14.11).
      if (!into.chat && from.chat) into.chat = from.chat
      delete from.chat
      for (const task of [from, into]) touch(account, task)
    },

    setsStatus(taskId: number, statusId: number): void {
      const status = statusById(account, statusId) ?? missing(`status ${statusId}`)
      changeStatus(taskId, status.key)
    },

    completes: (taskId: number): void => changeStatus(taskId, 'completed'),
    reopens: (taskId: number): void => changeStatus(taskId, 'inProgress'),

    /** Deletes: lists omit it, GET shows `isDeleted`. With `forGood` it no longer exists anywhere. */
    deletesTask(taskId: number, options: { forGood?: boolean } = {}): void {
      const task = taskOf(taskId)
      task.isDeleted = true
      touch(account, task)
      if (!options.forGood) return
      account.tasks.delete(taskId)
      for (const comment of task.feed) account.comments.delete(comment.id)
    },

    /** The task's counterparty becomes another card; the old card stays. */
    givesTaskTo(taskId: number, contactId: number): void {
      const task = taskOf(taskId)
      task.counterparty = `contact:${contactOf(contactId).id}`
      touch(account, task)
      scenario.fire(task)
    },

    editsContact(id: number, fields: Partial<SimContact>): SimContact {
      const contact = contactOf(id)
      Object.assign(contact, fields)
      touch(account, contact)
      return contact
    },

    createsContact(fields: Partial<SimContact> & { name: string }): SimContact {
      return addContact(account, { templateId: account.contactTemplates[0]?.id ?? 5, ...fields })
    },

    deletesContact(id: number): void {
      const contact = contactOf(id)
      contact.isDeleted = true
      touch(account, contact)
    },

    /**
     * Tasks, comments, files and e-mail of `from` move to `into`; its old id no longer exists (code 2000).
     */
    mergesContacts(from: number, into: number): void {
      const [gone, stays] = [contactOf(from), contactOf(into)]
      const [old, next] = [`contact:${from}`, `contact:${into}`]
      const swap = (ids: PersonId[]) => [...new Set(ids.map((id) => (id === old ? next : id)))]
      for (const task of account.tasks.values()) {
        if (task.counterparty === old) task.counterparty = next
        if (task.assigner === old) task.assigner = next
        for (const role of [task.assignees, task.participants, task.auditors]) role.users = swap(role.users)
      }
      for (const comment of account.comments.values()) {
        if (comment.owner === old) comment.owner = next
        if (comment.contactId === from) comment.contactId = into
        comment.recipients.users = swap(comment.recipients.users)
      }
      stays.feed = [...stays.feed, ...gone.feed].sort((a, b) => a.id - b.id)
      stays.files.push(...gone.files)
      stays.phones.push(...gone.phones)
      stays.additionalEmailAddresses.push(...[gone.email, ...gone.additionalEmailAddresses].filter(Boolean))
      stays.chatKeys = [...(stays.chatKeys ?? []), ...(gone.chatKeys ?? [])]
      gone.chatKeys = []
      gone.feed = []
      gone.isDeleted = true
      touch(account, stays)
    },

    addsFile(name: string, content: Buffer | string, type = 'application/octet-stream'): SimFile {
      return addFile(account, name, Buffer.from(content as string), type)
    },
  }
}

const clientOf = (task: SimTask): PersonId[] => (task.counterparty ? [task.counterparty] : [])

function missing(what: string): never {
  throw new Error(`no ${what}`)
}
