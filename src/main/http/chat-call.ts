import { hkdfSync } from 'node:crypto'
import { isSameSecret } from '../process/same-secret.ts'

/** A call of Planfix's Chat API as it came in: pairs in their order, of which keys may repeat. */
export type ChatCallForm = readonly (readonly [string, string])[]

/** The answer to a call, and the text to store; `body` null = nothing is stored. */
export interface CheckedChatCall {
  status: 200 | 400 | 401
  answer: object
  /** JSON text of an object, without the token. */
  body: string | null
}
/** null: as if the address did not exist. */
export type CheckChatCall = (connectionId: string, form: ChatCallForm) => CheckedChatCall | null

const TOKEN = 'token'
const COMMAND = 'newMessage'

/**
 * Decides on a call (contracts/planfix.md §12.2, planfix-chat.md A8). `expected`: our token, as entered in Planfix.
 * A wrong one is 401; a message without a chat (the button "Write": Chatra cannot begin a chat), or with neither text nor
 * file, is 400; any other command is only recorded. Chat and contact have the same number, which is the whole answer.
 */
export function checkChatCall(form: ChatCallForm, expected: string): CheckedChatCall {
  const of = (key: string) => form.find(([name]) => name === key)?.[1] ?? ''
  if (!isSameSecret(of(TOKEN), expected)) return refused(401, 'Invalid token')
  const body = JSON.stringify({ form: form.filter(([key]) => key !== TOKEN) })
  if (of('cmd') !== COMMAND) return { status: 200, answer: {}, body }
  const chatId = of('chatId').trim()
  const hasContent = of('message').trim() !== '' || form.some(([key]) => key === 'attachments[url]')
  if (chatId === '' || !hasContent) return refused(400, 'Invalid parameters')
  return { status: 200, answer: { chatId, contactId: chatId }, body }
}

/** A relay stores every call together with its token: the bridge behind it decides. */
export const passOn: CheckChatCall = (_connectionId, form) => {
  const chatId = form.find(([name]) => name === 'chatId')?.[1] ?? ''
  return {
    status: 200,
    answer: chatId === '' ? {} : { chatId, contactId: chatId },
    body: JSON.stringify({ form }),
  }
}

/** The form in a stored body; null when it is none. */
export function formIn(body: string): ChatCallForm | null {
  const { form } = Object(JSON.parse(body)) as { form?: unknown }
  return Array.isArray(form) && form.every(isPair) ? form : null
}
const isPair = (pair: unknown): pair is readonly [string, string] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')

/** Our token for Planfix, where the owner has set none: it follows from the secret in the address. */
export const chatSecretOf = (webhookSecret: string): string =>
  Buffer.from(hkdfSync('sha256', webhookSecret, '', 'token of the Chat API', 24)).toString('base64url')

const refused = (status: 400 | 401, error: string): CheckedChatCall => ({
  status,
  answer: { error },
  body: null,
})
