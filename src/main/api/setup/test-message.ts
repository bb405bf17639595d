import { randomBytes } from 'node:crypto'
import type { Answer } from '../../../shared/api/answer.ts'
import type { ChatEventName } from '../../../shared/api/state.ts'
import type { Value } from '../../../shared/api.ts'
import { type Language, translate } from '../../../shared/i18n/index.ts'
import { errorCode } from '../../../shared/node-errors.ts'
import { networkTrouble } from '../../../shared/setup/network.ts'
import { TEST_VISITOR } from '../../../shared/setup/test-visitor.ts'
import { post } from '../../http/outgoing.ts'
import { done, errorAnswer, type Refusal } from '../responses.ts'
import type { SetupContext } from './context.ts'
import { notActive } from './problems.ts'

const LONGEST_MS = 15_000

/**
 * Plays a visitor who writes one message: an event like Chatra's goes to our own public address, and from there takes the
 * way of every message. Its task and contact are named as a test.
 */
export async function sendTest(setup: SetupContext, id: string): Promise<Answer<Value<'setup.sendTest'>>> {
  const address = addressOf(setup, id)
  if (address === null) return notActive()
  const { language } = setup.api.application.configuration
  const refused = await send(address.url, testEvent('chatStarted', language, newId()))
  return refused ?? done({ through: address.through })
}

/** The test visitor leaves: with "complete the task when the client leaves" the test's task is completed. */
export async function endTest(setup: SetupContext, id: string): Promise<void> {
  const { store, hooksUrl, configuration } = setup.api.application
  const secret = setup.connection(id)?.webhookSecret
  if (secret === undefined || (await store.client(id, TEST_VISITOR)) === null) return
  // Not by the public address, which may have gone since. The page has told the owner that the task may be deleted.
  await send(hookOf(hooksUrl, id, secret), testEvent('chatTranscript', configuration.language, null))
}

/**
 * The body of an event about the test visitor, like Chatra's (contracts/chatra.md §4.5, §4.7), as JSON. It has no times: our clock
 * says nothing about Chatra's. `messageId` null: without a message. Pure.
 */
export function testEvent(eventName: ChatEventName, language: Language, messageId: string | null): string {
  const text = translate(language, 'wizard.test.message')
  const message = { id: messageId, type: 'client', text, message: text }
  return JSON.stringify({
    eventName,
    client: {
      id: TEST_VISITOR,
      chatId: TEST_VISITOR,
      displayedName: translate(language, 'wizard.test.visitor'),
    },
    ...(messageId === null
      ? { messages: [] }
      : eventName === 'chatStarted'
        ? { message }
        : { messages: [message] }),
  })
}

/** Like Chatra's ids, and different with each test. */
const newId = (): string => `test${randomBytes(9).toString('base64url')}`

function addressOf(setup: SetupContext, id: string): { url: string; through: 'public' | 'local' } | null {
  const secret = setup.connection(id)?.webhookSecret
  if (secret === undefined) return null
  const { publicUrl, hooksUrl } = setup.api.application
  return {
    url: hookOf(publicUrl ?? hooksUrl, id, secret),
    through: publicUrl === null ? 'local' : 'public',
  }
}

const hookOf = (base: string, id: string, secret: string) => `${base}/hooks/${id}/${secret}/chatra`

/** Null when it is answered 200: then it is stored. The address has a secret part, so it is in no error. */
async function send(url: string, body: string): Promise<Refusal | null> {
  const { host } = new URL(url)
  const signal = AbortSignal.timeout(LONGEST_MS)
  try {
    const { status } = await post(url, { body, headers: { 'content-type': 'application/json' }, signal })
    if (status === 200) return null
    return errorAnswer('service', 'wizard.problem.test-refused', { params: { host, status } })
  } catch (error) {
    const what = signal.aborted ? 'time-out' : networkTrouble(errorCode(error))
    return errorAnswer('service', `wizard.problem.network.${what}`, { params: { host } })
  }
}
