import { realClock, type SimClock } from '../common/clock.ts'
import type { PageLanguage } from '../common/page-language.ts'
import { type SimRequest, type SimResponse, SimulatorServer } from '../common/server.ts'
import { setPositions } from '../common/switches.ts'
import { type AccountOptions, newAccount } from './account.ts'
import { DelayedWork } from './delayed-work.ts'
import { commentRoutes } from './objects/comments.ts'
import { contactListRoutes } from './objects/contact-view.ts'
import { contactRoutes } from './objects/contacts.ts'
import { dataTagRoutes } from './objects/datatags.ts'
import { fetchedFile, fileRoutes, serveFile, serveStorage } from './objects/files.ts'
import { taskListRoutes } from './objects/task-lists.ts'
import { taskRoutes } from './objects/tasks.ts'
import { userRoutes } from './objects/users.ts'
import { Limits } from './rest/limits.ts'
import { answerRest, type RestPipeline } from './rest/rest-pipeline.ts'
import { allScopes } from './rest/routing.ts'
import { Scenario, type ScenarioPost } from './scenario.ts'
import type { SimComment, SimContact, SimFile, SimTask, SimUser } from './state.ts'
import { statusByKey } from './state.ts'
import { type PlanfixSwitches, type SimStatus, type SwitchName, switchTable } from './switches.ts'
import { userActions } from './user-actions.ts'
import { ChatCallbacks, type ChatPost } from './webchat/callbacks.ts'
import { chatsOf } from './webchat/chats.ts'
import type { ChatServices } from './webchat/commands.ts'
import { answerChat } from './webchat/endpoint.ts'

export interface PlanfixOptions extends AccountOptions {
  /** 0 or absent takes a free one. */
  port?: number
  token?: string
  scopes?: string[]
  /** Scales Planfix's own waiting times (repeats, stalls, late commits); default 1. */
  timeScale?: number
  requestsPerSecondLimit?: number
  dailyLimit?: number
  /** The clock of waits, besides `now`; the computer's time. */
  clock?: SimClock
  /** Asked for each page; English when absent. */
  pageLanguage?: () => PageLanguage
  /** Replaces HTTP for scenarios' requests: a simulated network. */
  postScenario?: ScenarioPost
  /** Replaces HTTP for callbacks of the Chat API. */
  postChat?: ChatPost
  /** Replaces HTTP for attachments that the Chat API fetches. */
  fetchFile?: ChatServices['fetchFile']
  /** Its origin; then no socket listens, and requests come by `server.exchange`. */
  origin?: string
}

/** Addresses of attachments in callbacks: they need no authorization (planfix-chat.md A3). */
const isChatFile = /^\/file\/\d+\/./

const routes = [
  ...taskRoutes,
  ...taskListRoutes,
  ...commentRoutes,
  ...contactRoutes,
  ...contactListRoutes,
  ...userRoutes,
  ...fileRoutes,
  ...dataTagRoutes,
]

export type PlanfixSimulator = Awaited<ReturnType<typeof runSimulator>>
/**
 * Handles requests that are neither REST nor storage: pages for people and the control of other processes.
 */
export type Outside = (simulator: PlanfixSimulator, request: SimRequest) => SimResponse | Promise<SimResponse>

/** A Planfix account behind a loopback server. */
export async function runSimulator(
  options: PlanfixOptions,
  outside: (request: SimRequest) => ReturnType<Outside>,
) {
  const clock = options.clock ?? realClock
  const account = newAccount({ ...options, now: options.now ?? (() => clock.now()) })
  const scaled = (ms: number) => ms * (options.timeScale ?? 1)
  const limits = new Limits(account, scaled, clock)
  limits.requestsPerSecond = options.requestsPerSecondLimit ?? 1
  limits.dailyLimit = options.dailyLimit ?? Number.POSITIVE_INFINITY
  const later = new DelayedWork(clock)
  const scenario = new Scenario(account, scaled, clock, options.postScenario)
  let origin = ''
  const callbacks = new ChatCallbacks(account, scaled, () => origin, clock, options.postChat)
  const chatServices: ChatServices = {
    fetchFile: options.fetchFile ?? fetchedFile,
    callBack: (task, comment) => void callbacks.commented(task, comment),
    inBackground: (work) => callbacks.inBackground(work),
  }

  const gate: RestPipeline = {
    account,
    limits,
    token: options.token ?? 'planfix-simulator-token',
    scopes: new Set<string>(options.scopes ?? allScopes),
    routes,
    lateCommitMs: scaled(3000),
    writeOutcomeTimes: Number.POSITIVE_INFINITY,
    services: {
      origin: () => origin,
      scaled,
      later: (ms, work) => later.put(ms, work),
      restChanged: (taskId, what) => {
        const task = account.tasks.get(taskId)
        const comment = what.commentId === undefined ? undefined : account.comments.get(what.commentId)
        if (task && comment && account.switches['rest-comment-pushed'] === 'yes')
          callbacks.commented(task, comment)
        if (simulator.scenarioOnRest && task) scenario.fire(task, comment)
      },
    },
  }

  const server = new SimulatorServer((request) => {
    const { path } = request
    if (path.startsWith('/rest/')) return answerRest(gate, request, path.slice('/rest'.length))
    if (path === '/webchat/api') return answerChat(gate, chatServices, request)
    if (isChatFile.test(path)) return serveFile(account, Number(path.split('/')[2]))
    return path.startsWith('/storage/') ? serveStorage(account, request) : outside(request)
  }, clock)
  server.outside = (path) => !/^\/(rest|storage|webchat)\//.test(path) && !isChatFile.test(path)

  const simulator = {
    /** The origin, e.g. http://127.0.0.1:4001 */
    url: '',
    restUrl: '',
    webUrl: '',
    token: gate.token,
    server,
    /** The whole stored data, for access beyond the methods below. */
    account,
    limits,
    scenario,
    /** The Chat API: its chats, callbacks and their faults. */
    chats: chatsOf(account, callbacks, () => origin),
    /** Requests so far, refused ones and those that a fault met included. */
    get requestCounts(): { rest: number; webchat: number } {
      return { rest: server.counts.get('rest') ?? 0, webchat: server.counts.get('webchat') ?? 0 }
    },
    /** Scopes granted to the token; add and delete at will. */
    scopes: gate.scopes,
    /** Refusals that no correct client causes; a test ends by asserting that this is empty. */
    violations: account.violations,
    /** Comments that the hosted chat channel would have sent (switch `rest-comment-pushed`). */
    pushedThroughHostedChannel: account.pushed,
    /** E-mails that Planfix itself sent to contacts (switch `contact-mail`). */
    mails: account.mails,
    /** Whether comments and status changes made by REST trigger the scenario too. */
    scenarioOnRest: false,
    ...userActions(account, scenario, callbacks),

    get switches(): Readonly<PlanfixSwitches> {
      return account.switches
    },
    setSwitch<K extends SwitchName>(name: K, position: PlanfixSwitches[K]): void {
      setPositions(switchTable, account.switches, { [name]: position } as Partial<PlanfixSwitches>)
    },
    /** `planfix-write-outcome` for the next `times` writes only. */
    nextWrites(position: PlanfixSwitches['planfix-write-outcome'], times = 1): void {
      simulator.setSwitch('planfix-write-outcome', position)
      gate.writeOutcomeTimes = times
    },
    get lateCommitMs(): number {
      return gate.lateCommitMs
    },
    set lateCommitMs(ms: number) {
      gate.lateCommitMs = ms
    },
    get writeOutcomeTimes(): number {
      return gate.writeOutcomeTimes
    },
    set writeOutcomeTimes(times: number) {
      gate.writeOutcomeTimes = times
    },

    get tasks(): SimTask[] {
      return [...account.tasks.values()]
    },
    task: (id: number): SimTask | undefined => account.tasks.get(id),
    statusOf(taskId: number): SimStatus | undefined {
      const task = account.tasks.get(taskId)
      return task && statusByKey(account, task.statusKey)
    },
    /** The task's feed; the description is comment no. 1. Deleted comments stay, marked `isDeleted`. */
    comments: (taskId: number): SimComment[] => account.tasks.get(taskId)?.feed ?? [],
    get contacts(): SimContact[] {
      return [...account.contacts.values()]
    },
    contact: (id: number): SimContact | undefined => account.contacts.get(id),
    contactComments: (contactId: number): SimComment[] => account.contacts.get(contactId)?.feed ?? [],
    get users(): SimUser[] {
      return [...account.users.values()]
    },
    get files(): SimFile[] {
      return [...account.files.values()]
    },

    get scenarioUrl(): string | undefined {
      return scenario.url
    },
    set scenarioUrl(url: string | undefined) {
      scenario.url = url
    },
    /**
     * Runs late commits and queued updates now and waits until no scenario request or callback is in flight or
     * due, and no attachment is being fetched.
     */
    async flush(): Promise<void> {
      later.flush()
      await Promise.all([scenario.settled(), callbacks.settled()])
    },
    async stop(): Promise<void> {
      later.stop()
      scenario.stop()
      callbacks.stop()
      if (options.origin === undefined) await server.stop()
    },
  }

  origin = options.origin ?? (await server.start(options.port))
  simulator.url = origin
  simulator.webUrl = origin
  simulator.restUrl = `${origin}/rest`
  return simulator
}
