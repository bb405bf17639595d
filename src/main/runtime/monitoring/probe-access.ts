import { randomBytes } from 'node:crypto'
import type { AxiosAdapter } from 'axios'
import { v4 as uuidv4 } from 'uuid'
import { type Connection, usesChatApi } from '../../../shared/config.ts'
import { type Language, translate } from '../../../shared/i18n/index.ts'
import type { CallForm, Scene } from '../../diagnostics/probe/question.ts'
import type { Open, ProbePorts } from '../../diagnostics/probe/runner.ts'
import { identifyAs } from '../../engine/identity.ts'
import { connectionSourceId } from '../../engine/index.ts'
import type { Clock } from '../../engine/ports.ts'
import { formIn } from '../../http/chat-call.ts'
import { createPlanfixClient } from '../../planfix/client.ts'
import { createRawPlanfix } from '../../planfix/raw.ts'
import type { SecretSource } from '../../secrets/environment.ts'
import { type ApplicationStore, SOURCE_CONNECTION } from '../../store/index.ts'

/** Fact of a connection: what its last probe left open, its test contact, and the account where they are. */
const OPEN = 'probeOpen'
type KeptOpen = Open & { baseUrl: string }

const openIn = (kept: KeptOpen | null, baseUrl: string): Open =>
  kept?.baseUrl === baseUrl ? kept : { marks: [], card: null }

export interface ProbeAccess {
  scene: Scene
  /** Null: the Chat API is not set up. */
  chatId: string | null
  before: Open
  ports: ProbePorts
  close(): void
}

/** A probe's way to the accounts of one connection; `close` releases it. */
export async function probeAccess(options: {
  connection: Connection
  language: Language
  secrets: Pick<SecretSource, 'get'>
  store: ApplicationStore
  clock: Clock
  publicUrl: string | null
  /** A bridge that uses the same rate and receives the calls of Planfix. */
  isRunning: boolean
  byHand(taskId: number): Promise<boolean>
  progress(done: number, total: number): void
  adapter?: AxiosAdapter | undefined
}): Promise<ProbeAccess> {
  const { connection, language, secrets, store, clock, isRunning, adapter } = options
  const { id, planfix } = connection
  const [token, chatToken] = await Promise.all([
    secrets.get(id, 'PLANFIX_TOKEN'),
    secrets.get(id, 'PLANFIX_CHAT_TOKEN'),
  ])
  const requestsPerSecond = planfix.requestsPerSecond / (isRunning ? 2 : 1)
  const raw = createRawPlanfix({ connection, token, chatToken, clock, requestsPerSecond, adapter })
  const { rateLimiter } = raw
  const client = createPlanfixClient({ connection, token, clock, rateLimiter, adapter })
  const begun = clock.now()
  identifyAs(id, (await store.fact<string>(id, SOURCE_CONNECTION)) ?? id)
  const words = (what: 'task' | 'contact' | 'comment') => translate(language, `diagnostics.probe.${what}`)
  return {
    scene: {
      mark: randomBytes(4).toString('hex'),
      words: { task: words('task'), contact: words('contact'), comment: words('comment') },
      taskTemplateId: planfix.taskTemplateId,
      contactTemplateId: planfix.contactTemplateId,
      sourceId: connectionSourceId(id),
      newId: uuidv4,
      publicUrl: options.publicUrl,
      receives: isRunning && usesChatApi(connection),
    },
    chatId: chatToken === null ? null : `probe-${id}`,
    before: openIn(await store.fact<KeptOpen>(id, OPEN), planfix.baseUrl),
    ports: {
      rest: (step) => raw.rest(step),
      chat: ({ command, pairs }) => raw.chat(command, pairs),
      now: () => clock.now() + (raw.clockSkew() ?? 0),
      wait: (ms) => new Promise((resolve) => void clock.after(ms, resolve)),
      async calls(chatId) {
        const bodies = await store.chatCallsSince(id, begun)
        return bodies.flatMap((body): CallForm[] => {
          const form = formIn(body)
          return form?.some(([key, value]) => key === 'chatId' && value === chatId) ? [form] : []
        })
      },
      async records() {
        const { webhooks, twice } = await store.webhookCounts(id)
        const marks = [
          await store.fact<boolean>(id, 'marksSeen'),
          await store.fact<boolean>(id, 'marksInTranscripts'),
        ]
        return {
          marksSeen: marks.includes(true),
          echoSeen: (await store.fact<boolean>(id, 'echoSeen')) ?? false,
          webhooks,
          webhooksTwice: twice,
        }
      },
      byHand: options.byHand,
      async completedStatusId(taskId) {
        // Without a chosen template, the process is known from a task.
        if (planfix.taskTemplateId === null) {
          await rateLimiter.slot(3, 'probe')
          await client.task(taskId)
        }
        return client.completedStatusId()
      },
      async remember(left) {
        const value: KeptOpen = { ...left, baseUrl: planfix.baseUrl }
        await store.commit([{ type: 'fact.set', connectionId: id, key: OPEN, value }])
      },
      progress: options.progress,
    },
    close() {
      raw.close()
      client.close()
    },
  }
}
