import type { DemoPicture, DemoScene } from '../../../shared/api/demo.ts'
import type { MessageRow } from '../../../shared/api/log.ts'
import { type Traced, tallyOf } from '../../../shared/demo/progress.ts'
import type { ChatMessage, ChatraSimulator, Visitor } from '../../../simulators/chatra/index.ts'
import type { PlanfixSimulator, SimTask } from '../../../simulators/planfix/index.ts'
import { rowsOf } from '../../api/log/message-rows.ts'
import type { Application } from '../../runtime/application.ts'
import { ANA } from '../accounts.ts'
import { copiesOf } from './copies.ts'
import { chatView, pictureOf, stateIn, taskView } from './views.ts'

/** Something that a person wrote on one side. */
export type Written = { text: string; picture: Buffer | null } & (
  | { side: 'chat'; id: string }
  | { side: 'task'; id: number }
)

/** Both services and the bridge between them. */
export interface StageParts {
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  connectionId: string
  /** Asked when it is needed: the bridge may begin later. */
  application: () => Application
}

const MOST_ROWS = 200

/** Reads a conversation out of both services and the bridge's log. What arrived is counted in the services alone. */
export class SceneReader {
  private readonly parts: StageParts
  /** What opens behind links in the chat. */
  private readonly opened = new Map<string, Promise<DemoPicture | null>>()

  constructor(parts: StageParts) {
    this.parts = parts
  }

  async read(
    visitor: Visitor | null,
    written: readonly Written[],
  ): Promise<Omit<DemoScene, 'step' | 'isOver' | 'planfixDown'> & { traced: Traced[] }> {
    const { chatra, planfix } = this.parts
    const [rows, task] = [await this.rows(visitor), await this.task(visitor)]
    const messages = visitor ? chatra.messages(visitor.clientId) : []
    const pictures = await this.picturesIn(written, messages)
    const chat = chatView(messages, ({ id }) => pictures.get(id) ?? [])
    const comments = task ? taskView(planfix, task) : []
    const traced = traces(written, rows, chat, comments)
    const client = chatra.clients.find(({ id }) => id === visitor?.clientId)
    const ana = planfix.users.find(({ id }) => id === ANA)
    return {
      client: client ? (client.basicInfo.name ?? client.generatedName) : null,
      employee: ana ? `${ana.name} ${ana.lastname}` : '',
      chat,
      task: task ? { id: task.id, name: task.name, url: `${planfix.webUrl}/task/${task.id}` } : null,
      comments,
      log: rows,
      sides: this.sides(),
      tally: tallyOf(traced),
      traced,
    }
  }

  /** The task in which an employee would write. */
  async task(visitor: Visitor | null): Promise<SimTask | null> {
    const conversationId = await this.conversation(visitor)
    if (conversationId === null) return null
    const links = await this.parts.application().store.tasksOf(conversationId)
    const tasks = links.flatMap(({ taskId }) => this.parts.planfix.task(taskId) ?? [])
    return tasks.findLast(({ isDeleted }) => !isDeleted) ?? null
  }

  /** Differs when something has changed that a scene shows. */
  async version(): Promise<string> {
    const { chatra, planfix, application } = this.parts
    const chats = chatra.clients.reduce((sum, { version }) => sum + version, 0)
    const seq = await application().store.latestSeq()
    return JSON.stringify([chats, planfix.account.version, seq, this.sides()])
  }

  private sides(): DemoScene['sides'] {
    const live = this.parts.application().connections.get(this.parts.connectionId)
    return {
      chatra: live?.chatraBreaker.state ?? { state: 'ok' },
      planfix: live?.planfixBreaker.state ?? { state: 'ok' },
    }
  }

  private async rows(visitor: Visitor | null): Promise<MessageRow[]> {
    const conversationId = await this.conversation(visitor)
    if (conversationId === null) return []
    const application = this.parts.application()
    const ids = await application.store.pageFrom({ conversationId }, null, MOST_ROWS)
    return rowsOf(application, ids, { whole: true })
  }

  private async conversation(visitor: Visitor | null): Promise<number | null> {
    if (visitor === null) return null
    const { application, connectionId } = this.parts
    return (await application().store.client(connectionId, visitor.clientId))?.conversationId ?? null
  }

  /** Pictures of the chat by message: the client's own, and what links to the bridge's own address open. */
  private async picturesIn(
    written: readonly Written[],
    messages: readonly ChatMessage[],
  ): Promise<Map<string, DemoPicture[]>> {
    const found = new Map<string, DemoPicture[]>()
    for (const { id, text, type } of messages) {
      const own = written.find((one) => one.id === id && one.picture !== null)
      if (own?.picture) found.set(id, [pictureOf(own.text, own.picture)])
      if (type !== 'agent') continue
      const opened = await Promise.all(this.linksIn(text).map(([name, link]) => this.open(name, link)))
      found.set(
        id,
        opened.filter((one) => one !== null),
      )
    }
    return found
  }

  private linksIn(text: string): [name: string, link: string][] {
    const { publicUrl } = this.parts.application()
    return text.split('\n').flatMap((line): [string, string][] => {
      const at = publicUrl === null ? -1 : line.indexOf(`: ${publicUrl}/`)
      return at > 0 ? [[line.slice(0, at), line.slice(at + 2)]] : []
    })
  }

  private open(name: string, link: string): Promise<DemoPicture | null> {
    const known = this.opened.get(link)
    if (known) return known
    const opening = pictureBehind(name, link)
    this.opened.set(link, opening)
    // A link that does not open yet is tried again.
    void opening.then((picture) => picture ?? this.opened.delete(link))
    return opening
  }
}

/** What became of each message, in the order of `written`. */
function traces(
  written: readonly Written[],
  rows: readonly MessageRow[],
  chat: DemoScene['chat'],
  comments: DemoScene['comments'],
): Traced[] {
  const copies = new Map<Written, number>()
  for (const side of ['chat', 'task'] as const) {
    const own = written.filter((one) => one.side === side && !isPictureAlone(one))
    const shown = side === 'chat' ? comments : chat.filter(({ from }) => from === 'shop')
    const counts = copiesOf(
      own.map(({ text }) => text),
      shown.map(({ text }) => text),
    )
    for (const [index, one] of own.entries()) copies.set(one, counts[index] ?? 0)
  }
  return written.map((one) => {
    const there = one.side === 'chat' ? comments : chat
    const counts = [copies.get(one), one.picture === null ? undefined : pictureCopies(there, one.picture)]
    return { copies: Math.min(...counts.filter((count) => count !== undefined)), state: stateIn(rows, one) }
  })
}

/** A file of a client has no text: the message's text is its name. */
const isPictureAlone = ({ side, picture }: Written): boolean => side === 'chat' && picture !== null

function pictureCopies(shown: readonly { pictures: DemoPicture[] }[], content: Buffer): number {
  const { address } = pictureOf('', content)
  return shown.flatMap(({ pictures }) => pictures).filter((one) => one.address === address).length
}

async function pictureBehind(name: string, link: string): Promise<DemoPicture | null> {
  try {
    const response = await fetch(link, { signal: AbortSignal.timeout(2000) })
    return response.ok ? pictureOf(name, Buffer.from(await response.arrayBuffer())) : null
  } catch {
    return null
  }
}
