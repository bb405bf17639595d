import { bridgeError, fail, ok, type Result, stopsSide } from '../../../shared/errors.ts'
import {
  type Asking,
  type CallForm,
  type ChatStep,
  type Got,
  type Learned,
  NoAnswer,
  type OwnChat,
  type OwnTask,
  type Question,
  type Reason,
  type Records,
  type Reply,
  type RestStep,
  reasonOf,
  type Scene,
  type Step,
} from './question.ts'
import { questions } from './questions/index.ts'
import { type Card, cleanUpTask, findTasks, makeCard, makeTask, openChat, type TaskLeft } from './scene.ts'
import { NOWHERE } from './steps.ts'

/** What the runner needs from outside. Every call waits for its slot. */
export interface ProbePorts {
  rest(step: RestStep): Promise<Result<Omit<Got, 'at'>>>
  chat(step: ChatStep): Promise<Result<Omit<Got, 'at'>>>
  /** Planfix's time, milliseconds. */
  now(): number
  wait(ms: number): Promise<void>
  /** Calls of the Chat API for this chat that the running bridge has stored since the probe began. */
  calls(chatId: string): Promise<readonly CallForm[]>
  records(): Promise<Records>
  /** Asks the owner to write a comment in this task; false = nobody is there. */
  byHand(taskId: number): Promise<boolean>
  /** Of the status that completes this task. */
  completedStatusId(taskId: number): Promise<Result<number | null>>
  /** Remembers what is open, so that a probe that was killed is cleaned up by the next one. */
  remember(left: Open): Promise<void>
  /** A question was settled. */
  progress(done: number, total: number): void
}

/** What an earlier probe left. */
export interface Open {
  /** In the names of tasks that are not completed, one of each probe. */
  marks: readonly string[]
  card: Card | null
}

export interface Finding {
  question: Question
  /** Null: there is no answer, for this reason. */
  position: string | null
  reason: Reason | null
}
export interface Probing {
  findings: Finding[]
  learned: Learned
  /** What stays in Planfix. */
  left: { tasks: TaskLeft[]; card: Card | null; chatCard: boolean }
  requests: number
}

const RATE_TRIES = 6
const PAUSE_MS = 1000

/**
 * Asks every question in order, in one test task and one test chat, and cleans up after itself in every case. A question
 * that fails leaves the others alone; a failure of the whole account ends the questions.
 */
export async function probe(options: {
  scene: Scene
  /** Null: the Chat API is not set up. */
  chatId: string | null
  before: Open
  ports: ProbePorts
  signal: AbortSignal
}): Promise<Probing> {
  const run = new Run(options.ports, options.signal)
  const { scene, before, chatId } = options
  const findings: Finding[] = []
  const learned: Learned = {}
  let card = before.card
  let chat: OwnChat | NoAnswer = new NoAnswer('no-chat')
  let task: OwnTask | NoAnswer = new NoAnswer('no-task')
  const tasks: TaskLeft[] = []
  const marks: string[] = []
  try {
    for (const mark of before.marks) {
      const left = await run.cleanUpBefore(mark, scene.sourceId)
      if (left.some(({ isOpen }) => isOpen)) marks.push(mark)
      tasks.push(...left)
    }
    await options.ports.remember({ marks: [...marks, scene.mark], card })
    for (const [n, question] of questions.entries()) {
      if (question.needs === 'task' && isUnmade(task, 'no-task')) {
        task = await run.made(async () => {
          card = await run.play(makeCard(scene, card), { creates: true })
          await options.ports.remember({ marks: [...marks, scene.mark], card })
          return run.play(makeTask(scene, card), { creates: true })
        })
      }
      if (question.needs === 'chat' && chatId !== null && isUnmade(chat, 'no-chat')) {
        chat = await run.made(() => run.play(openChat(scene, chatId), { creates: true }))
        if (!(chat instanceof NoAnswer)) run.chat = chat
      }
      findings.push(await run.ask(question, scene, { task, chat }, learned))
      options.ports.progress(n + 1, questions.length)
    }
  } finally {
    const left = await run.cleanUp(scene)
    if (left.some(({ isOpen }) => isOpen)) marks.push(scene.mark)
    tasks.push(...left)
    await options.ports.remember({ marks, card })
  }
  const left = { tasks, card, chatCard: !(chat instanceof NoAnswer) }
  return { findings, learned, left, requests: run.requests }
}

const isUnmade = (made: object, why: Reason['why']): boolean =>
  made instanceof NoAnswer && made.reason.why === why

class Run {
  requests = 0
  chat: OwnChat | null = null
  /** A failure of the whole account: nothing else can succeed. */
  private stopped: Reason | null = null
  private isCleaning = false
  private mayHaveWritten: Promise<boolean> | null = null
  private readonly own = { task: new Set<number>(), contact: new Set<number>(), comment: new Set<number>() }
  private readonly ports: ProbePorts
  private readonly signal: AbortSignal

  constructor(ports: ProbePorts, signal: AbortSignal) {
    this.ports = ports
    this.signal = signal
  }

  /** Carries a generator's steps out. Rejects with NoAnswer. */
  async play<T>(asking: Asking<T>, { creates = false } = {}): Promise<T> {
    let next = asking.next()
    while (next.done !== true) {
      const reply = await this.carryOut(next.value, creates)
      next = asking.next(reply)
    }
    return next.value
  }

  async made<T>(make: () => Promise<T>): Promise<T | NoAnswer> {
    try {
      return await make()
    } catch (error) {
      return new NoAnswer(whyNot(error))
    }
  }

  async ask(
    question: Question,
    scene: Scene,
    { task, chat }: { task: OwnTask | NoAnswer; chat: OwnChat | NoAnswer },
    learned: Learned,
  ): Promise<Finding> {
    try {
      const answer = await this.play(this.asking(question, scene, task, chat))
      const position = typeof answer === 'string' ? answer : answer.position
      if (typeof answer !== 'string') Object.assign(learned, answer.learned)
      return { question, position, reason: null }
    } catch (error) {
      return { question, position: null, reason: whyNot(error) }
    }
  }

  private asking(
    question: Question,
    scene: Scene,
    task: OwnTask | NoAnswer,
    chat: OwnChat | NoAnswer,
  ): ReturnType<Question['ask']> {
    if (question.needs === 'task') {
      if (task instanceof NoAnswer) throw task
      return question.ask(scene, task)
    }
    if (question.needs === 'chat') {
      if (chat instanceof NoAnswer) throw chat
      return question.ask(scene, chat)
    }
    return question.ask(scene)
  }

  /** The tasks of a probe that did not come to its end. */
  async cleanUpBefore(mark: string, sourceId: string): Promise<TaskLeft[]> {
    const found = await this.made(() => this.play(findTasks(mark, sourceId)))
    // It is tried again the next time.
    if (found instanceof NoAnswer) return [{ taskId: 0, comments: 0, isOpen: true }]
    for (const id of found) this.own.task.add(id)
    const left = await this.cleanUp({ mark })
    this.own.task.clear()
    this.isCleaning = false
    return left
  }

  /** Also after an interruption. */
  async cleanUp(scene: Pick<Scene, 'mark'>): Promise<TaskLeft[]> {
    this.isCleaning = true
    const left: TaskLeft[] = []
    for (const taskId of this.own.task) {
      const status = await this.patient(() => this.ports.completedStatusId(taskId))
      const cleaned = await this.made(() =>
        this.play(cleanUpTask(scene, taskId, status.ok ? status.value : null)),
      )
      const isDone = !(cleaned instanceof NoAnswer) && !cleaned.isOpen && cleaned.comments === 0
      if (!isDone) left.push(cleaned instanceof NoAnswer ? { taskId, comments: 0, isOpen: true } : cleaned)
    }
    return left
  }

  private async carryOut(step: Step, creates: boolean): Promise<Reply> {
    if (!this.isCleaning) {
      if (this.signal.aborted) throw new NoAnswer('interrupted')
      if (this.stopped !== null && (step.way === 'rest' || step.way === 'chat'))
        throw new NoAnswer(this.stopped)
    }
    switch (step.way) {
      case 'own':
        this.own[step.what].add(step.id)
        return this.plain(null)
      case 'wait':
        await this.wait(step.until === 'next-minute' ? toNextMinute(this.ports.now()) : step.until)
        return this.plain(null)
      case 'records':
        return this.plain(await this.ports.records())
      case 'calls':
        return this.plain(this.chat === null ? [] : await this.ports.calls(this.chat.chatId))
      case 'by-hand':
        // Asked once, however many questions need it.
        this.mayHaveWritten ??=
          this.chat === null ? Promise.resolve(false) : this.ports.byHand(this.chat.taskId)
        return this.plain(await this.mayHaveWritten)
      case 'chat':
        return this.timed(() => this.ports.chat(step))
      case 'rest':
        return this.rest(step, creates)
    }
  }

  private async rest(step: RestStep, creates: boolean): Promise<Reply> {
    if (!isOurs(step, this.own, creates))
      throw new Error(`${step.method} ${step.path}: not an object of ours`)
    const reply = await this.timed(() => this.ports.rest(step))
    if (reply.ok) this.learnComments(step, reply.value.body)
    return reply
  }

  /** Comments in our tasks: those that we wrote, and what our own lists hold. */
  private learnComments({ path }: RestStep, body: unknown): void {
    if (!/^\/task\/\d+\/comments\//.test(path)) return
    const { id, comments } = Object(body) as { id?: unknown; comments?: { id?: unknown }[] }
    for (const one of [id, ...(Array.isArray(comments) ? comments.map((each) => each.id) : [])]) {
      const number = Number(one)
      if (Number.isSafeInteger(number)) this.own.comment.add(number)
    }
  }

  private async timed(call: () => Promise<Result<Omit<Got, 'at'>>>): Promise<Reply> {
    const answer = await this.patient(call)
    return answer.ok ? ok({ ...answer.value, at: this.ports.now() }) : answer
  }

  /** Other programs use the same account: "too fast" is tried again. */
  private async patient<T>(call: () => Promise<Result<T>>): Promise<Result<T>> {
    for (let tries = 1; ; tries++) {
      this.requests++
      const answer = await call()
      if (answer.ok || answer.error.code !== 'rate-limited') {
        if (!answer.ok && stopsSide(answer.error)) this.stopped ??= reasonOf(answer.error)
        return answer
      }
      if (tries === RATE_TRIES) return fail(bridgeError('planfix', 'rate-limited', 'too many requests'))
      await this.wait(PAUSE_MS * tries)
    }
  }

  /** An interruption ends it, except while cleaning up. */
  private async wait(ms: number): Promise<void> {
    if (this.isCleaning) return this.ports.wait(ms)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const end = () => resolve()
    this.signal.addEventListener('abort', end)
    await Promise.race([this.ports.wait(ms), ended])
    this.signal.removeEventListener('abort', end)
  }

  private plain(body: unknown): Reply {
    return ok({ status: 200, body, left: null, at: this.ports.now() })
  }
}

const whyNot = (error: unknown): Reason => (error instanceof NoAnswer ? error.reason : { why: 'bug' })

const MINUTE = 60_000
/** A little into it, since clocks differ. */
const INTO_MINUTE_MS = 3000
const toNextMinute = (now: number): number => MINUTE - (now % MINUTE) + INTO_MINUTE_MS

/**
 * Whether a request concerns only objects of the probe. A new object is made by the set-up alone; everything else names a
 * task, contact or comment of ours, or a list.
 */
export function isOurs(
  { method, path, writes }: RestStep,
  own: Readonly<Record<'task' | 'contact' | 'comment', ReadonlySet<number>>>,
  creates: boolean,
): boolean {
  const parts = /^\/(task|contact|comment)\/(\d+)(?:\/comments\/(\d*))?/.exec(path)
  if (parts) {
    const [, kind, id, commentId] = parts
    const isOwn = own[kind as keyof typeof own].has(Number(id)) || (!writes && Number(id) === NOWHERE)
    return isOwn && (!commentId || own.comment.has(Number(commentId)))
  }
  if (!writes) return true
  return creates && method === 'POST' && (path === '/task/' || path === '/contact/')
}
