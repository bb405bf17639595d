import type { BridgeEvent, Message } from '../../src/shared/domain.ts'
import type { ChatMessage } from '../../src/simulators/chatra/index.ts'
import type { SimComment, SimTask } from '../../src/simulators/planfix/index.ts'
import type { Call } from './network.ts'
import type { Played } from './play.ts'
import { marksIn, type Story } from './story.ts'
import type { Told, Truth } from './truth.ts'

/** The content of the services at the end, and what the owner of the bridge can see: the basis of every judgement. */
export interface Evidence {
  story: Story
  truth: Truth
  calls: readonly Call[]
  healedAt: number
  /** Work that never ended. */
  open: readonly string[]
  tasks: readonly SimTask[]
  /** The chat of each device, including deleted messages. */
  chats: readonly (readonly ChatMessage[])[]
  /** Devices by Chatra's client id, with their connection. */
  clients: ReadonlyMap<string, number>
  /** The bridge's messages, as its log shows them. */
  messages: readonly Message[]
  events: readonly BridgeEvent[]
  /** Refusals that no correct client causes. */
  violations: readonly string[]
}

export async function evidenceOf({ world, open, healedAt }: Played): Promise<Evidence> {
  const store = world.life?.store
  const entries = store ? await store.logPage({ limit: 100_000 }) : []
  const ids = [...new Set(entries.map((entry) => Number(entry.id)))]
  const messages = store ? await Promise.all(ids.map((id) => store.message(id))) : []
  return {
    story: world.story,
    truth: world.truth,
    calls: world.network.calls,
    healedAt,
    open,
    tasks: world.planfix.tasks,
    chats: world.devices.map(({ shop, visitor }) => shop.chatra.messages(visitor.clientId)),
    clients: new Map(world.devices.map(({ visitor }, index) => [visitor.clientId, index])),
    messages: messages.filter((message) => message !== null),
    events: store ? await store.events(0, 10_000) : [],
    violations: world.planfix.violations,
  }
}

/** Text of a comment without tags. */
export const wordsOf = (comment: SimComment): string =>
  comment.description
    .replace(/<br\s*\/?>|<\/p>|<\/blockquote>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .trim()

/** Comments in a task, without deleted ones. */
export const standing = (task: SimTask): SimComment[] => task.feed.filter((comment) => !comment.isDeleted)

/** Every mark that any version of an employee's comment has had. */
export const marksOf = (told: Told): Set<string> => new Set(told.versions.flatMap(({ marks }) => marks))

/** The bridge's messages in a chat, including edited ones. */
export interface Utterance {
  call: Call
  clientId: string | null
  text: string
  marks: string[]
}

/** Every text that the bridge sent to Chatra, whether it was carried out or not. */
export function utterances({ calls }: Evidence): Utterance[] {
  return calls
    .filter(({ side, isWrite, method }) => side === 'chatra' && isWrite && method !== 'DELETE')
    .map((call) => {
      const body = call.body as { text?: string; clientId?: string } | undefined
      const text = body?.text ?? ''
      return { call, clientId: body?.clientId ?? null, text, marks: marksIn(text) }
    })
}
