import { ok } from '../../shared/errors.ts'
import type { PlanfixApi, PlanfixComment } from '../engine/ports.ts'
import { type Calls, PAGE } from './calls.ts'
import { type CommentTexts, createCommentTexts } from './html/comment-texts.ts'
import type { CommentText } from './html/html-to-text.ts'
import { toHtml } from './html/to-html.ts'
import { commentAnswer, commentList, created, done, type RawComment } from './schemas.ts'
import type { Settings } from './settings.ts'
import { type TimeReader, writtenPoint } from './times.ts'

type CommentApi = Pick<PlanfixApi, 'addComment' | 'comments' | 'comment' | 'deleteComment'>

export const COMMENT_FIELDS =
  'id,dateTime,type,description,owner,recipients,isDeleted,isHidden,files,sourceObjectId'

/**
 * The schema spells the key `filed`, the example `field`: both are sent (contracts/planfix.md §7,
 * `result-order`).
 */
export const newestFirst = [{ field: 'id', filed: 'id', direction: 'Desc' }]

/** Converts answers to comments; learns the account's zone from comments that the bridge wrote itself. */
export interface CommentReader {
  page(raw: RawComment[]): { comments: PlanfixComment[]; complete: boolean; sorted: boolean }
  one(raw: RawComment): PlanfixComment
  /**
   * Converts long texts with yields to the event loop; comments written for clients are our own and are
   * skipped.
   */
  prepare(raw: readonly RawComment[]): Promise<void>
  /** Comment `id` was just written. */
  wrote(id: number): void
}

const REMEMBERED = 50

/** `hosts`: of the account, accessible only to people of the account. */
export function createCommentReader(
  times: TimeReader,
  serverNow: () => number,
  hosts: ReadonlySet<string> = new Set(),
): CommentReader {
  const written = new Map<number, number>()
  const texts = createCommentTexts(undefined, hosts)

  const learn = (raw: RawComment) => {
    const at = written.get(raw.id)
    if (at === undefined) return
    times.learn(raw.dateTime, at)
    written.delete(raw.id)
  }
  const one = (raw: RawComment): PlanfixComment =>
    toComment(raw, times.read(raw.dateTime, serverNow()), times.mayBeShifted(raw.dateTime), texts)

  return {
    page(raw) {
      raw.forEach(learn)
      return {
        comments: raw.map(one),
        complete: raw.length < PAGE,
        sorted: raw.every(({ id }, n) => n === 0 || id < raw[n - 1]!.id),
      }
    },
    one(raw) {
      learn(raw)
      return one(raw)
    },
    prepare: (raw) =>
      texts.prepare(
        raw
          .filter(({ owner }) => !owner?.id?.startsWith('contact:'))
          .map((one) => ({ id: one.id, html: one.description ?? '', files: filesOf(one) })),
      ),
    wrote(id) {
      written.set(id, serverNow())
      for (const oldest of written.keys()) {
        if (written.size <= REMEMBERED) break
        written.delete(oldest)
      }
    },
  }
}

/** Comments of tasks (contracts/planfix.md §7). */
export function commentApi(calls: Calls, settings: Settings, reader: CommentReader): CommentApi {
  const { sourceId } = settings
  return {
    async addComment(taskId, comment) {
      const { text, owner, recipients, fileIds, writtenAt, sourceObjectId } = comment
      const description = toHtml(text)
      const notified = {
        ...(recipients.users.length > 0 && { users: recipients.users.map((id) => ({ id })) }),
        ...(recipients.roles.length > 0 && { roles: recipients.roles }),
      }
      const answer = await calls.call(
        {
          method: 'POST',
          path: `/task/${taskId}/comments/`,
          body: {
            // A comment may consist of files only.
            ...(description !== '' && { description }),
            ...(owner !== null && { owner: { id: owner } }),
            ...(Object.keys(notified).length > 0 && { recipients: notified }),
            ...(fileIds.length > 0 && { files: fileIds.map((id) => ({ id })) }),
            ...(writtenAt !== null && { dateTime: writtenPoint(writtenAt) }),
            sourceId,
            sourceObjectId,
            sourceDataVersion: '1',
          },
          scope: 'comment_add',
          writes: true,
          about: 'task',
        },
        created,
      )
      if (!answer.ok) return answer
      if (writtenAt === null) reader.wrote(answer.value.id)
      return ok({ id: answer.value.id })
    },

    async comments(taskId, offset) {
      const answer = await calls.call(
        {
          method: 'POST',
          path: `/task/${taskId}/comments/list`,
          body: {
            offset,
            pageSize: PAGE,
            fields: COMMENT_FIELDS,
            typeList: 'Comments',
            resultOrder: newestFirst,
          },
          scope: 'comment_readonly',
          writes: false,
          about: 'task',
        },
        commentList,
      )
      if (!answer.ok) return answer
      await reader.prepare(answer.value.comments)
      return ok(reader.page(answer.value.comments))
    },

    async comment(id) {
      const answer = await calls.call(
        {
          method: 'GET',
          path: `/comment/${id}`,
          query: { fields: COMMENT_FIELDS, sourceId },
          scope: 'comment_readonly',
          writes: false,
          about: 'comment',
        },
        commentAnswer,
      )
      return answer.ok ? ok(reader.one(answer.value.comment)) : answer
    },

    async deleteComment(id) {
      const answer = await calls.call(
        { method: 'DELETE', path: `/comment/${id}`, scope: 'comment_delete', writes: true, about: 'comment' },
        done,
      )
      return answer.ok ? ok(undefined) : answer
    },
  }
}

/**
 * The text is converted from HTML on first use: few comments of a page are new, and the others must cost
 * nothing.
 */
function toComment(
  raw: RawComment,
  at: number | null,
  mayBeShifted: boolean,
  texts: CommentTexts,
): PlanfixComment {
  const { users, groups } = raw.recipients ?? {}
  const files = filesOf(raw)
  let read: CommentText | null = null
  const reading = () => {
    read ??= texts.of(raw.id, raw.description ?? '', files)
    return read
  }
  return {
    id: raw.id,
    type: raw.type ?? 'None',
    get text() {
      return reading().text
    },
    get lost() {
      return reading().lost
    },
    owner: raw.owner?.id ?? null,
    ownerName: raw.owner?.name ?? '',
    recipients: [...(users ?? []).map(({ id }) => id), ...(groups ?? []).map(({ id }) => `group:${id}`)],
    isHidden: raw.isHidden ?? false,
    isDeleted: raw.isDeleted ?? false,
    files,
    sourceObjectId: raw.sourceObjectId || null,
    at,
    ...(mayBeShifted && { mayBeShifted }),
  }
}

const filesOf = ({ files }: RawComment): PlanfixComment['files'] =>
  (files ?? []).map(({ id, name, size }) => ({ id, name: name ?? `file ${id}`, size: size ?? null }))
