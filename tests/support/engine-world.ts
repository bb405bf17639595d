import { SendLimiter } from '../../src/main/engine/delivery/chatra/send-limiter.ts'
import { CircuitBreaker } from '../../src/main/engine/delivery/circuit-breaker.ts'
import { SideBreaker } from '../../src/main/engine/delivery/side-breaker.ts'
import { Engine } from '../../src/main/engine/engine.ts'
import { rootOf } from '../../src/main/engine/people/roots.ts'
import type {
  ChatEvent,
  ChatMessage,
  ChatraApi,
  Clock,
  NewTask,
  PlanfixApi,
  PlanfixChannel,
  PlanfixComment,
  PlanfixContact,
  PlanfixTask,
  PlanfixText,
  Store,
} from '../../src/main/engine/ports.ts'
import { openStore, type SqliteStore } from '../../src/main/store/index.ts'
import { parseConfiguration } from '../../src/shared/config.ts'
import type { ClientProfile, Conversation } from '../../src/shared/domain.ts'
import { bridgeError, fail, ok, type Result } from '../../src/shared/errors.ts'
import { profile } from './builders.ts'

/**
 * The engine alone, on a store in memory and a clock that moves only on request, between two services that are simple
 * lists: fast enough for hundreds of stories. A crash ends it at a chosen commit; a new one continues from the store.
 */

/** The result of a write: success, refusal for now, or no answer; carried out or not, at once or later. */
export type Fate =
  | 'ok'
  | 'slow'
  | 'lost-before'
  | 'lost-after'
  | 'slow-lost-before'
  | 'slow-lost-after'
  | 'refused'
  | 'slow-refused'

const SLOW_MS = 4000
const settings = () => {
  const parsed = parseConfiguration({
    connections: [{ id: 'shop', chatra: { publicKey: 'k' }, planfix: { baseUrl: 'https://a.example/rest' } }],
  })
  const one = parsed.ok ? parsed.value.connections[0] : undefined
  if (!one) throw new Error('no connection')
  return one
}

/** A connection that works by REST never calls the Chat API. */
const NO_CHANNEL = {} as PlanfixChannel

export class EngineWorld {
  private now = 1_800_000_000_000
  private timers: { at: number; work: () => void }[] = []
  private readonly fates: Fate[] = []
  private ids = 1000
  private messages = 0
  private life = { dead: false, commitsLeft: Number.POSITIVE_INFINITY }
  private engine!: Engine
  store!: SqliteStore
  readonly settings = settings()
  readonly contacts: PlanfixContact[] = []
  readonly tasks: (PlanfixTask & { comments: PlanfixComment[] })[] = []
  /** Messages in the chats by agents, by client. */
  readonly chats: { clientId: string; text: string }[] = []
  readonly bugs: unknown[] = []
  /** Calls to the services that were not answered yet. */
  inFlight = 0

  static async begin(): Promise<EngineWorld> {
    const world = new EngineWorld()
    world.store = await openStore({ dir: ':memory:', clock: { now: () => world.now } })
    world.engine = world.boot()
    world.engine.begin()
    await world.engine.start()
    return world
  }

  end(): Promise<void> {
    return this.store.close()
  }

  // ---- what happens

  /** The next writes to Planfix and sends to Chatra have these results. */
  fate(...fates: Fate[]): void {
    this.fates.push(...fates)
  }
  heal(): void {
    this.fates.length = 0
    this.life.commitsLeft = Number.POSITIVE_INFINITY
  }

  async says(device: Partial<ClientProfile> & { id: string }, text: string): Promise<void> {
    const message: ChatMessage = {
      id: `m${++this.messages}`,
      type: 'client',
      text,
      at: this.now,
      agentId: null,
      agentName: null,
      receivedFrom: null,
      isPushed: false,
      file: null,
    }
    const client = profile({ chatId: `chat-${device.id}`, ...device })
    const event: ChatEvent = { kind: 'fragment', client, agents: [], messages: [message], startPage: null }
    await this.into('chatra', event)
  }

  async employeeAnswers(taskId: number, text: string): Promise<void> {
    const task = this.tasks.find(({ id }) => id === taskId)
    if (!task) return
    const comment = this.comment({ text, owner: 'user:5', recipients: [task.counterparty ?? ''] })
    task.comments.push(comment)
    await this.into('planfix', { watcher: true, taskId, comment })
  }

  /** The process ends abruptly after this many further commits; the next `pass` notices it and starts it again. */
  crashAfter(commits: number): void {
    this.life.commitsLeft = commits
  }

  separate(conversationId: number) {
    return this.life.dead ? Promise.resolve('busy' as const) : this.engine.separate(conversationId)
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms
    await this.settle()
    for (;;) {
      if (this.life.dead) await this.restart()
      const next = this.timers.toSorted((a, b) => a.at - b.at)[0]
      if (!next || next.at > end) break
      this.now = Math.max(this.now, next.at)
      this.timers = this.timers.filter((one) => one !== next)
      next.work()
      await this.settle()
    }
    this.now = end
  }

  private async restart(): Promise<void> {
    this.life = { dead: false, commitsLeft: Number.POSITIVE_INFINITY }
    this.engine = this.boot()
    this.engine.begin()
    await this.engine.start()
    await this.settle()
  }

  private async into(source: 'chatra' | 'planfix', body: object): Promise<void> {
    const row = { connectionId: 'shop', source, receivedAt: this.now, body: JSON.stringify(body) } as const
    await this.store.commit([{ type: 'inbox.add', row }])
    if (!this.life.dead) this.engine.wake('shop')
    await this.settle()
  }

  /** Until nothing more happens without time passing. */
  private async settle(): Promise<void> {
    for (let n = 0; n < 60; n++) await new Promise((resolve) => setImmediate(resolve))
  }

  // ---- what is stored

  async conversations(): Promise<Conversation[]> {
    const all = Array.from({ length: this.store.newId() }, (_one, id) => this.store.conversation(id))
    return (await Promise.all(all)).filter((one) => one !== null)
  }
  root(id: number) {
    return rootOf(this.store, id)
  }
  /** All client texts that the tasks show. */
  written(): string[] {
    return this.tasks.flatMap(({ comments }) =>
      comments.filter(({ isDeleted }) => !isDeleted).map(({ text }) => text),
    )
  }

  // ---- the parts

  private boot(): Engine {
    const { life } = this
    const clock: Clock = {
      now: () => this.now,
      after: (ms, work) => {
        const timer = { at: this.now + ms, work: () => life.dead || work() }
        this.timers.push(timer as never)
        return () => {
          this.timers = this.timers.filter((one) => one !== (timer as never))
        }
      },
    }
    const gate = () => new SideBreaker(new CircuitBreaker(clock, () => 0))
    const connection = {
      settings: this.settings,
      chatra: this.chatra(),
      planfix: this.planfix(),
      channel: NO_CHANNEL,
      chatraBreaker: gate(),
      planfixBreaker: gate(),
      chatraLimiter: new SendLimiter(clock),
    }
    return new Engine({
      context: {
        store: mortal(this.store, life),
        clock,
        connections: new Map([['shop', connection]]),
        fileLink: () => null,
        language: 'en',
        listener: {},
        random: () => 0,
      },
      parse: (body) => ({ ok: true, event: body as ChatEvent, dropped: [] }),
      hint: () => undefined,
      onBug: (error) => void this.bugs.push(error),
    })
  }

  private after = (ms: number) =>
    new Promise<void>((resolve) => this.timers.push({ at: this.now + ms, work: resolve }))

  /** Carries a write out, or not, as its `fate` says. */
  private async write<T>(side: 'planfix' | 'chatra', work: () => T): Promise<Result<T>> {
    const fate = this.fates.shift() ?? 'ok'
    this.inFlight += 1
    try {
      if (fate.startsWith('slow')) await this.after(SLOW_MS)
      if (fate.endsWith('refused')) return fail(bridgeError(side, 'failing', 'no for now', { certain: true }))
      if (fate.endsWith('lost-before')) return fail(bridgeError(side, 'unclear', 'reset'))
      const made = work()
      if (fate.endsWith('lost-after')) return fail(bridgeError(side, 'unclear', 'reset'))
      return ok(made)
    } finally {
      this.inFlight -= 1
    }
  }

  private comment(fields: Partial<PlanfixComment>): PlanfixComment {
    return {
      id: ++this.ids,
      type: 'Comment',
      text: '',
      owner: null,
      ownerName: '',
      recipients: [],
      isHidden: false,
      isDeleted: false,
      files: [],
      sourceObjectId: null,
      at: this.now,
      ...fields,
    }
  }

  private planfix(): PlanfixApi {
    const none = async () => fail(bridgeError('planfix', 'object-gone', 'there is none'))
    const api: Partial<PlanfixApi> = {
      rateLimiter: { slot: async () => undefined, release: () => undefined },
      hasVisitTag: false,
      clockSkew: () => 0,
      fits: () => true,
      createContact: ({ name, email = null, phone }, sourceObjectId) =>
        this.write('planfix', () => {
          const id = ++this.ids
          const phones = phone ? [phone] : []
          const rest = { otherEmails: [], mailed: email, description: '', isDeleted: false, sourceObjectId }
          this.contacts.push({ id, name, email, phones, ...rest })
          return { id, failures: [] }
        }),
      updateContact: async () => ok({ failures: [] }),
      contact: async (id) => {
        const found = this.contacts.find((one) => one.id === id)
        return found ? ok(found) : none()
      },
      contactsByEmail: async (email) => ok(this.contacts.filter((one) => one.email === email)),
      lookForContacts: async ({ sourceObjectId }) =>
        ok(this.contacts.filter((one) => one.sourceObjectId === sourceObjectId)),
      createTask: (task) => this.write('planfix', () => this.makeTask(task)),
      updateTask: async () => ok({ failures: [], queued: false }),
      task: async (id) => {
        const found = this.tasks.find((one) => one.id === id)
        return found ? ok(found) : none()
      },
      tasksChangedSince: async () => ok(this.tasks),
      tasksOfContact: async (id) => ok(this.tasks.filter((one) => one.counterparty === `contact:${id}`)),
      addComment: (taskId, { text, owner, sourceObjectId }) =>
        this.write('planfix', () => {
          const comment = this.comment({ text: plain(text), owner: owner ?? 'user:1', sourceObjectId })
          this.tasks.find(({ id }) => id === taskId)?.comments.push(comment)
          return { id: comment.id }
        }),
      comments: async (taskId) => {
        const comments = this.tasks.find(({ id }) => id === taskId)?.comments ?? []
        return ok({ comments: comments.toReversed(), complete: true, sorted: true })
      },
      comment: async (id) => {
        const found = this.tasks.flatMap(({ comments }) => comments).find((one) => one.id === id)
        return found ? ok(found) : fail(bridgeError('planfix', 'object-gone', `no comment ${id}`))
      },
      deleteComment: async (id) => {
        for (const { comments } of this.tasks)
          for (const one of comments) if (one.id === id) one.isDeleted = true
        return ok(undefined)
      },
      completedStatusId: async () => ok(null),
      isStatusActive: () => true,
    }
    return api as PlanfixApi
  }

  private makeTask({ name, description, contactId, sourceObjectId }: NewTask): { id: number } {
    const id = ++this.ids
    const text = this.comment({ text: plain(description), owner: 'user:1' })
    this.tasks.push({
      id,
      name,
      status: null,
      templateId: null,
      processId: null,
      assigner: 'user:1',
      counterparty: `contact:${contactId}`,
      participantUserIds: [],
      isDeleted: false,
      sourceObjectId,
      createdAt: this.now,
      changeToken: '',
      comments: [text],
    })
    return { id }
  }

  private chatra(): ChatraApi {
    const api: Partial<ChatraApi> = {
      maxText: 5000,
      send: (clientId, text) =>
        this.write('chatra', () => {
          this.chats.push({ clientId, text })
          return { id: `a${++this.ids}`, at: this.now }
        }),
      client: async (id) => ok(profile({ id })),
      probe: async () => ok(undefined),
    }
    return api as ChatraApi
  }
}

const plain = (text: PlanfixText) => text.paragraphs.map((one) => one.text).join('\n')

/**
 * A store whose process ends in the middle of a commit: that commit is not made, and nothing is answered any more.
 */
function mortal(store: SqliteStore, life: { dead: boolean; commitsLeft: number }): Store {
  const never = () => new Promise<never>(() => undefined)
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const run = value.bind(target)
      if (name === 'newId') return run
      if (name === 'inboxReader') {
        return (id: string) => {
          const reader = target.inboxReader(id)
          return { ...reader, next: (limit: number) => (life.dead ? never() : reader.next(limit)) }
        }
      }
      return (...args: unknown[]) => {
        if (name === 'commit' && --life.commitsLeft < 0) life.dead = true
        return life.dead ? never() : run(...args)
      }
    },
  })
}
