import { type Asking, NoAnswer, type Question, question, type Records } from '../question.ts'
import { need } from '../steps.ts'

/**
 * What the bridge has seen of Chatra while it worked. Chatra itself is asked nothing: every chat there belongs to a
 * visitor, and what is written into it may reach one.
 */
export const recordQuestions: readonly Question[] = [
  question({
    id: 'chatra-echo',
    title: 'Chatra: do our own replies come back as webhooks?',
    needs: 'records',
    positions: { seen: 'knows by them that a reply arrived' },
    *ask() {
      return (yield* records()).echoSeen ? 'seen' : none()
    },
  }),
  question({
    id: 'chatra-mark',
    title: 'Chatra: do they carry our mark?',
    needs: 'records',
    positions: { seen: 'recognises its own replies by the mark' },
    *ask() {
      return (yield* records()).marksSeen ? 'seen' : none()
    },
  }),
  question({
    id: 'chatra-webhook-twice',
    title: 'Chatra: does the same webhook come twice?',
    needs: 'records',
    positions: { seen: 'recognises repetitions', 'not-seen': 'recognises repetitions all the same' },
    *ask() {
      const { webhooks, webhooksTwice } = yield* records()
      if (webhooks === 0) return none()
      return webhooksTwice > 0 ? 'seen' : 'not-seen'
    },
  }),
]

function* records(): Asking<Records> {
  return (yield* need({ way: 'records' })).body as Records
}
const none = (): never => {
  throw new NoAnswer('not-seen')
}
