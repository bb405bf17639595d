import { NoAnswer, type OwnChat, type Question, question } from '../question.ts'
import { allowed, get, heard, need, readTask, said, say } from '../steps.ts'

const getTask = ({ chatId }: OwnChat) =>
  ({ way: 'chat', command: 'getTask', pairs: [['chatId', chatId]] }) as const
const requests = () => get('/ping', { scope: 'task_readonly', about: 'account' })

/** What goes into Planfix by its Chat API. All of it is in a chat that no client has. */
export const chatQuestions: readonly Question[] = [
  question({
    id: 'webchat-reply',
    title: 'Chat API: answer to a message',
    needs: 'chat',
    positions: {
      empty: 'does not read it',
      'json-success': 'does not read it',
      'json-ids': 'does not read it',
      other: 'does not read it',
    },
    *ask(scene, chat) {
      const { body: answer } = yield* need(say(scene, chat, 'reply'))
      if (answer === undefined || answer === null || answer === '') return 'empty'
      const fields = Object(answer) as { chatId?: unknown; success?: unknown }
      if (fields.chatId === chat.chatId) return 'json-ids'
      return fields.success === true ? 'json-success' : 'other'
    },
  }),
  question({
    id: 'webchat-data-shape',
    title: "Chat API: shape of the answer about a chat's task",
    needs: 'chat',
    positions: {
      'json-string': 'reads every shape',
      object: 'reads every shape',
      bare: 'reads every shape',
    },
    *ask(_scene, chat) {
      const { body } = yield* need(getTask(chat))
      const { data, number } = Object(body) as { data?: unknown; number?: unknown }
      if (typeof data === 'string') return 'json-string'
      if (typeof data === 'object' && data !== null) return 'object'
      if (number !== undefined) return 'bare'
      throw new NoAnswer('unexpected')
    },
  }),
  question({
    id: 'webchat-newline',
    title: 'Chat API: what becomes of a line end',
    needs: 'chat',
    positions: { 'br-needed': 'writes line ends as HTML', kept: 'writes line ends as HTML all the same' },
    *ask(scene, chat) {
      const message = `${said(scene, 'one')}\n${said(scene, 'two')}`
      yield* need(say(scene, chat, 'lines', [], message))
      const [comment] = yield* heard(scene, chat, 'two')
      return /one\][\s\S]*(\n|<br|<\/p>)[\s\S]*two\]/i.test(comment?.description ?? '') ? 'kept' : 'br-needed'
    },
  }),
  question({
    id: 'webchat-repeat',
    title: 'Chat API: is a message that is said twice written twice?',
    needs: 'chat',
    positions: {
      doubles: 'looks into the task before it says a message again',
      deduplicated: 'looks all the same: a client may say the same words twice',
    },
    *ask(scene, chat) {
      yield* need(say(scene, chat, 'twice'))
      yield* need(say(scene, chat, 'twice'))
      return (yield* heard(scene, chat, 'twice')).length > 1 ? 'doubles' : 'deduplicated'
    },
  }),
  question({
    id: 'webchat-title',
    title: 'Chat API: does a title rename an open task?',
    needs: 'chat',
    positions: {
      'renames-each-time': 'sends a title with the first message only',
      'first-only': 'sends a title with the first message only',
    },
    *ask(scene, chat) {
      const title = `${scene.words.task} ${scene.mark} 2`
      yield* need(say(scene, chat, 'title', [['title', title]]))
      const { name } = yield* readTask(chat.taskId)
      return name?.includes(title) ? 'renames-each-time' : 'first-only'
    },
  }),
  question({
    id: 'webchat-empty-message',
    title: 'Chat API: may a file come without words?',
    needs: 'chat',
    positions: { '400': 'writes a paper clip for the words', accepted: 'writes a paper clip all the same' },
    *ask(scene, chat) {
      const { publicUrl } = scene
      if (publicUrl === null) throw new NoAnswer('no-public-address')
      // Our own receiver's sign of life: nothing of anybody.
      const file = [
        ['attachments[name]', `${scene.mark}.json`],
        ['attachments[url]', `${publicUrl}/healthz`],
      ] as const
      const reply = yield* allowed(say(scene, chat, 'file', file, ''))
      return reply.ok ? 'accepted' : '400'
    },
  }),
  question({
    id: 'webchat-counts-as-rest',
    title: "Chat API: do its calls count against the day's requests?",
    needs: 'chat',
    positions: {
      no: 'leaves them out of its plan of the day',
      yes: 'counts them as requests of the day from the next start on',
    },
    *ask(_scene, chat) {
      const before = (yield* need(requests())).left
      for (let n = 0; n < 3; n++) yield* need(getTask(chat))
      const after = (yield* need(requests())).left
      const used = before === null || after === null ? 0 : before - after
      if (used === 1) return 'no'
      // The running bridge may have used some too: only certain numbers count.
      if (used === 4) return 'yes'
      throw new NoAnswer('too-coarse')
    },
  }),
  question({
    id: 'webchat-echo-author',
    title: 'Chat API: who is the author of what an agent wrote in Chatra?',
    needs: 'chat',
    positions: {
      employee: 'it stands under an employee',
      client: 'it stands under the client: tell us',
    },
    *ask(scene, chat) {
      yield* need(say(scene, chat, 'echo', [['isEcho', 'true']]))
      const [comment] = yield* heard(scene, chat, 'echo')
      return String(comment?.owner?.id ?? '').startsWith('contact:') ? 'client' : 'employee'
    },
  }),
]
