import { ok } from '../../../../shared/errors.ts'
import { translate } from '../../../../shared/i18n/index.ts'
import { newPendingWrite } from '../../../../shared/messages/pending-write.ts'
import { visitSourceId } from '../../identity.ts'
import type { PlanfixText } from '../../ports.ts'
import { sameText } from '../../text.ts'
import { plainOf } from '../planfix/planfix-text.ts'
import {
  isBeingWritten,
  type JobOutcome,
  type JobState,
  SLOW_LOOK_MS,
  verifyLater,
  writeOnce,
} from './job.ts'

/**
 * F14: a visit is an action on the contact card: a comment there, or an entry of the data tag that the owner
 * chose.
 */
export async function visit(state: JobState<'visit'>): Promise<JobOutcome> {
  const { connection, conversation, job, now } = state
  const { planfix, settings } = connection
  const contactId = conversation.contactId
  // The client's messages go first.
  if (contactId === null || (conversation.taskId === null && (await isBeingWritten(state))))
    return { waits: now + SLOW_LOOK_MS }
  const { clientId, startedAt } = job.data
  const [os, browser, ip] = [job.data.os ?? '', job.data.browser ?? '', job.data.ip ?? '']
  const sourceObjectId = visitSourceId(settings.id, clientId, startedAt)
  const text = visitText(startedAt, { os, browser, ip }, state)
  const attempt = newPendingWrite({
    kind: 'chore',
    sourceObjectId,
    startedAt: now,
    text: plainOf(text),
  })
  const written = await writeOnce(
    state,
    attempt,
    async (before) => {
      // Entries of a data tag have no mark of ours; a missing entry is better than a duplicate.
      if (planfix.hasVisitTag) return ok(0)
      const page = await planfix.contactComments(contactId)
      if (!page.ok) return page
      const mine = page.value.find(
        (comment) =>
          comment.sourceObjectId === before.sourceObjectId ||
          (comment.sourceObjectId === null && sameText(comment.text, before.text)),
      )
      return ok(mine?.id ?? null)
    },
    async () => {
      if (planfix.hasVisitTag) {
        const added = await planfix.addVisitTag(contactId, { os, browser, ip })
        return added.ok ? ok(0) : added
      }
      const made = await planfix.addContactComment(contactId, text, sourceObjectId)
      return made.ok ? ok(made.value.id) : made
    },
  )
  if (!('written' in written)) return written
  return { done: planfix.hasVisitTag ? [] : verifyLater(state, { what: 'visit', contactId }) }
}

function visitText(
  startedAt: number,
  values: { os: string; browser: string; ip: string },
  state: JobState,
): PlanfixText {
  const { language } = state.context
  const time = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
  const parts = (['os', 'browser', 'ip'] as const)
    .filter((key) => values[key] !== '')
    .map((key) => `${translate(language, `visit.${key}`)}: ${values[key]}`)
  return {
    paragraphs: [
      { label: null, text: `${translate(language, 'visit.title')} (${time} UTC)\n${parts.join('\n')}` },
    ],
  }
}
