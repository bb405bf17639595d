import {
  type Asking,
  type CallForm,
  NoAnswer,
  type OwnChat,
  type Question,
  question,
  type Scene,
} from '../question.ts'
import { feedOf, need, said, writeComment } from '../steps.ts'

/** How long Planfix may take to pass a comment on. */
const PATIENCE_MS = 20_000
const STEP_MS = 2000

const fieldOf = (form: CallForm, key: string): string => form.find(([name]) => name === key)?.[1] ?? ''

/** What Planfix passes on to us by its Chat API. The running bridge stores it; no client has this chat. */
export const callQuestions: readonly Question[] = [
  question({
    id: 'webchat-echo-callback',
    title: 'Chat API: does what an agent wrote in Chatra come back?',
    needs: 'chat',
    positions: {
      no: 'nothing to recognise',
      yes: 'recognises it by author, words and time, and sends it to nobody',
    },
    *ask(scene) {
      mayReceive(scene)
      return (yield* arrived((form) => isEcho(scene, form))) === null ? 'no' : 'yes'
    },
  }),
  question({
    id: 'rest-comment-pushed',
    title: 'Chat API: is a comment that is written by REST passed on?',
    needs: 'chat',
    positions: {
      no: 'writes by REST only what is for employees',
      yes: 'writes by REST only what is for employees, and never notifies the client in it',
    },
    *ask(scene, { taskId, contactId }) {
      mayReceive(scene)
      if (contactId === null) throw new NoAnswer('not-visible')
      const description = `<p><b>${said(scene, 'rest')}</b></p>`
      const recipients = { users: [{ id: `contact:${contactId}` }] }
      yield* need(writeComment(scene, taskId, 'rest', { description, recipients }))
      const words = `[${scene.mark} rest]`
      return (yield* arrived((form) => fieldOf(form, 'message').includes(words))) === null ? 'no' : 'yes'
    },
  }),
  question({
    id: 'webchat-message-id',
    title: 'Chat API: does a reply carry a number?',
    needs: 'chat',
    positions: {
      present: 'recognises repetitions by it, and shows ticks at the comment',
      absent: 'recognises repetitions by chat, words and files; shows no ticks',
    },
    *ask(scene) {
      return fieldOf(yield* replyIn(scene), 'messageId') === '' ? 'absent' : 'present'
    },
  }),
  question({
    id: 'webchat-message-is-comment-id',
    title: 'Chat API: is that number the number of the comment?',
    needs: 'chat',
    positions: {
      yes: 'knows the comment of each reply at once',
      no: 'recognises the comment by author and words',
    },
    *ask(scene, chat) {
      const number = Number(fieldOf(yield* replyIn(scene), 'messageId') || Number.NaN)
      if (Number.isNaN(number)) throw new NoAnswer('not-seen')
      return (yield* numbersOf(chat)).has(number) ? 'yes' : 'no'
    },
  }),
  question({
    id: 'webchat-user-ico',
    title: "Chat API: is the author's number in the address of the picture?",
    needs: 'chat',
    positions: {
      'with-id': 'knows the author by it where the name fits',
      'plain-url': 'knows the author by the full name',
      empty: 'knows the author by the full name',
    },
    *ask(scene) {
      const picture = fieldOf(yield* replyIn(scene), 'userIco')
      if (picture === '') return 'empty'
      return /^\d+$/.test(URL.parse(picture)?.searchParams.get('id') ?? '') ? 'with-id' : 'plain-url'
    },
  }),
  question({
    id: 'webchat-text',
    title: 'Chat API: is a reply plain text or HTML?',
    needs: 'chat',
    positions: { plain: 'reads both', html: 'reads both' },
    *ask(scene) {
      return /<\/?[a-z]/i.test(fieldOf(yield* replyIn(scene), 'message')) ? 'html' : 'plain'
    },
  }),
  question({
    id: 'webchat-delivery-twice',
    title: 'Chat API: did the same reply come twice?',
    needs: 'chat',
    positions: { off: 'recognises repetitions all the same', on: 'recognises repetitions' },
    *ask(scene) {
      const reply = yield* replyIn(scene)
      yield* need({ way: 'wait', until: STEP_MS })
      const keyOf = (form: CallForm) => `${fieldOf(form, 'messageId')} ${fieldOf(form, 'message')}`
      const same = (yield* calls()).filter((form) => keyOf(form) === keyOf(reply))
      return same.length > 1 ? 'on' : 'off'
    },
  }),
]

function mayReceive({ receives }: Scene): void {
  if (!receives) throw new NoAnswer('no-receiver')
}

const isEcho = ({ mark }: Scene, form: CallForm): boolean =>
  fieldOf(form, 'message').includes(`[${mark} echo]`)

function* calls(): Asking<readonly CallForm[]> {
  return (yield* need({ way: 'calls' })).body as readonly CallForm[]
}

/** The first call that fits, as soon as it has come. */
function* arrived(fits: (form: CallForm) => boolean): Asking<CallForm | null> {
  for (let waited = 0; ; waited += STEP_MS) {
    const found = (yield* calls()).find(fits)
    if (found) return found
    if (waited >= PATIENCE_MS) return null
    yield* need({ way: 'wait', until: STEP_MS })
  }
}

/** A reply: the comment of the question above, where Planfix passed it on, else one that the owner writes by hand. */
function* replyIn(scene: Scene): Asking<CallForm> {
  mayReceive(scene)
  const isReply = (form: CallForm) => !isEcho(scene, form)
  const known = (yield* calls()).find(isReply)
  if (known) return known
  const { body: mayHave } = yield* need({ way: 'by-hand' })
  const reply = mayHave === true ? yield* arrived(isReply) : null
  if (reply === null) throw new NoAnswer('not-seen')
  return reply
}

function* numbersOf({ taskId }: OwnChat): Asking<ReadonlySet<number | null>> {
  const comments = yield* feedOf(taskId)
  if (comments.length === 0) throw new NoAnswer('not-visible')
  return new Set(comments.map(({ id }) => id))
}
