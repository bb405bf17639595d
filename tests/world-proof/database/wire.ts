import { drawn } from '../chance.ts'
import { nextTurn, nothingElseRuns } from '../virtual-clock.ts'
import { Mishaps, type Shares } from './mishaps.ts'
import { type Done, type Gate, guard, type InnerClient, roundTrip, type Words } from './pg-inside.ts'

/** In place of a statement. */
const CONNECT = ''
/** Statements for which the database looks at its clock. */
const LOOKS_AT_CLOCK = /bridge_(beat|look|take|commit)\b|clock_timestamp/
/** Those that others are told of. */
const TELLS = /bridge_(tell|changed|give_back|retire)\b/
const IS_COMMIT = /SELECT bridge_commit\(/
/** More questions than any moment has needed: something asks in a circle. */
const MOST_IN_A_MOMENT = 10_000

/** Whoever asks: a life of the bridge, or a command. */
export interface Asker {
  /** Nothing happens to what it asks: its owner would try again until it is done. */
  isSpared?: boolean
  run(work: () => void): void
}

interface Question {
  client: InnerClient
  text: string
  values: readonly unknown[]
  begin(done: Done): void
  done: Done
}

interface Options {
  seed: number
  now(): number
  /** Tells the database the world's time. */
  setTime: (now: number) => Promise<unknown>
  /** What stands in a statement in place of the computer's time. */
  timeThere: string
  mishaps: Shares
}

/**
 * All that lies between the bridge and its database. One question is carried out at a time, when nothing else can go on
 * without an answer; which one of those that wait on different connections is drawn. So the same story asks the same
 * questions in the same order, and the order is as little to be relied on as that of a pool.
 */
export class Wire {
  readonly #options: Options
  readonly #mishaps: Mishaps
  readonly #clients = new Map<InnerClient, Asker>()
  readonly #listening = new Set<InnerClient>()
  readonly #closing = new Set<InnerClient>()
  readonly #unguard = new Map<Asker, () => void>()
  #questions: Question[] = []
  /** A transaction is open there: nobody else may wait for its locks. */
  #inTransaction: InnerClient | null = null
  #hasTold = false
  #running: Promise<void> | null = null
  #awaited: (() => void)[] = []
  #timeThere = Number.NaN
  #asked = 0
  #inMoment = { at: Number.NaN, asked: 0 }

  constructor(options: Options) {
    this.#options = options
    this.#mishaps = new Mishaps({ ...options, shares: options.mishaps })
  }

  /** Lets the clients through whose address names this application. */
  admit(name: string, asker: Asker): void {
    const gate: Gate = {
      connect: (client, begin, done) => {
        this.#clients.set(client, asker)
        client.once('end', () => this.#ended(client))
        // `pg` listens only once it connects.
        client.connection.stream.on('error', () => undefined)
        this.#put({ client, text: CONNECT, values: [], begin, done })
      },
      ask: (client, words, begin, done) => this.#put(this.#question(client, words, begin, done)),
      ends: (client) => this.#closes(client),
    }
    this.#unguard.set(asker, guard(name, gate))
  }

  /** Everything of this asker ends at once, and nothing of it is answered any more. */
  cut(asker: Asker): void {
    for (const [client, its] of this.#clients) {
      if (its !== asker) continue
      this.#clients.delete(client)
      client._activeQuery = null
      client._queryQueue.length = 0
      this.#break(client)
    }
    this.#questions = this.#questions.filter(({ client }) => this.#clients.has(client))
  }

  /** Soon the database is not there for so long: all connections end, and no other begins. */
  away(ms: number, began: () => void): void {
    if (this.#mishaps.goAway(ms, began)) this.#breakAll()
  }

  /** From now on nothing happens on the way. */
  isWell(): void {
    this.#mishaps.end()
  }

  /** Resolves when no question waits for its answer, and no connection for its end. */
  async atRest(): Promise<void> {
    while (!this.isAtRest) {
      await (this.#running ?? new Promise<void>((resolve) => this.#awaited.push(resolve)))
    }
  }

  get isAtRest(): boolean {
    return this.#running === null && this.#questions.length === 0 && this.#closing.size === 0
  }

  close(): void {
    for (const end of this.#unguard.values()) end()
  }

  #question(
    client: InnerClient,
    { text, values }: Words,
    begin: (text: string, done: Done) => void,
    done: Done,
  ) {
    const there = text
      .replaceAll('clock_timestamp()', this.#options.timeThere)
      // By this computer's time.
      .replace("idle_in_transaction_session_timeout = '3s'", 'idle_in_transaction_session_timeout = 0')
    return { client, text, values, begin: (answered: Done) => begin(there, answered), done }
  }

  #put(question: Question): void {
    // Of a process that has ended.
    if (!this.#clients.has(question.client)) return
    this.#questions.push(question)
    this.#running ??= this.#carryOutAll().finally(() => {
      this.#running = null
      this.#wake()
    })
  }

  async #carryOutAll(): Promise<void> {
    for (;;) {
      await nothingElseRuns()
      const question = this.#next()
      if (!question) return
      await this.#carryOut(question)
    }
  }

  #next(): Question | null {
    const { seed, now } = this.#options
    if (this.#inMoment.at !== now()) this.#inMoment = { at: now(), asked: 0 }
    if (this.#inMoment.asked++ > MOST_IN_A_MOMENT) throw new Error('the store is asked in a circle')
    const heads = new Map<InnerClient, Question>()
    for (const one of this.#questions) if (!heads.has(one.client)) heads.set(one.client, one)
    const alone = this.#inTransaction
    if (alone && this.#questions.length > 0 && !heads.has(alone))
      throw new Error('an open transaction waits for something else than the database')
    const some = alone ? [heads.get(alone)!] : [...heads.values()]
    const next = some[Math.floor(drawn(seed, 'turn', this.#asked++) * some.length)] ?? null
    if (next) this.#questions.splice(this.#questions.indexOf(next), 1)
    return next
  }

  async #carryOut(question: Question): Promise<void> {
    const { client, text, begin } = question
    const asker = this.#clients.get(client)
    const isSpared = asker?.isSpared === true
    const isAway = (this.#mishaps.isAway && !isSpared) || client.connection.stream.destroyed
    if (text === CONNECT && isAway) return this.#refuse(question)
    if (LOOKS_AT_CLOCK.test(text)) await this.#tellTime()
    const isCommit = IS_COMMIT.test(text)
    const fate =
      text === CONNECT || isSpared
        ? 'arrives'
        : this.#mishaps.fateOf(isCommit ? 'commit' : 'other', this.#asked)
    if (fate === 'is lost') return this.#lose(question)
    const [error, answer] = await new Promise<[Error | null, unknown]>((resolve) => {
      asker?.run(() => begin((...answered) => resolve([answered[0], answered[1]])))
    })
    // After an error the connection has still to say that it is ready.
    while (error && !client._ended && client._txStatus !== null && !client.readyForQuery)
      await new Promise<void>((resolve) => nextTurn(resolve))
    if (/\bLISTEN\b/.test(text) && !error) this.#listening.add(client)
    this.#hasTold ||= TELLS.test(text) || (isCommit && isTold(question))
    const isOpen = client._txStatus === 'T' || client._txStatus === 'E'
    this.#inTransaction = isOpen && !client._ended ? client : null
    if (this.#hasTold && !isOpen) await this.#hear()
    const leaves = isCommit && this.#mishaps.leaves()
    if (leaves || fate === 'loses its answer') this.#lose(question)
    else asker?.run(() => question.done(error, answer))
    if (leaves) this.#breakAll()
  }

  #lose({ client, done }: Question): void {
    const asker = this.#clients.get(client)
    asker?.run(() => {
      this.#break(client)
      done(reset())
    })
  }

  #refuse({ client, done }: Question): void {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    this.#clients.get(client)?.run(() => done(refused))
  }

  /** Notifications come by themselves: what is asked after them is answered after them. */
  async #hear(): Promise<void> {
    this.#hasTold = false
    for (const client of this.#listening) {
      if (client._ended || !this.#clients.has(client)) continue
      await new Promise<void>((resolve) => {
        this.#clients.get(client)?.run(
          () =>
            void roundTrip(client).then(
              () => resolve(),
              () => resolve(),
            ),
        )
      })
    }
  }

  async #tellTime(): Promise<void> {
    const now = this.#options.now()
    if (now === this.#timeThere) return
    await this.#options.setTime(now)
    this.#timeThere = now
  }

  #breakAll(): void {
    const waiting = this.#questions.filter(({ client }) => client._txStatus !== null)
    this.#questions = this.#questions.filter((one) => !waiting.includes(one))
    for (const [client, asker] of this.#clients) if (!client._ended) asker.run(() => this.#break(client))
    for (const { client, done } of waiting) this.#clients.get(client)?.run(() => done(reset()))
  }

  #break(client: InnerClient): void {
    if (this.#inTransaction === client) this.#inTransaction = null
    this.#closes(client)
    client.connection.stream.destroy()
  }

  #closes(client: InnerClient): void {
    if (client.connection._connecting && !client._ended) this.#closing.add(client)
  }

  #ended(client: InnerClient): void {
    for (const set of [this.#closing, this.#listening]) set.delete(client)
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#awaited.splice(0)) resolve()
  }
}

const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

/** `bridge_commit(me, call, is_beside, commits, hints)` */
const isTold = ({ values }: Question): boolean => values[2] === true || (values[4] as unknown[]).length > 0
