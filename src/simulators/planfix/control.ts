import type { FaultRule, SimRequest, SimResponse } from '../common/server.ts'
import type { PlanfixSimulator } from './simulator.ts'
import type { SimComment, SimContact, SimTask } from './state.ts'
import type { SwitchName } from './switches.ts'
import type { CommentOptions } from './user-actions.ts'
import type { CallbackFault } from './webchat/callback-faults.ts'
import type { ChatChannel } from './webchat/chat-state.ts'

type Body = Record<string, unknown>
/** Named like the simulator's own methods; the arguments come by name. */
type Act = (simulator: PlanfixSimulator, body: Body) => unknown

const n = (value: unknown): number => Number(String(value).replace(/^\w+:/, ''))
const s = (value: unknown): string => String(value)

const commentByHand = (body: Body): CommentOptions => ({
  ...(Array.isArray(body.recipients) && { recipients: body.recipients as string[] }),
  ...(Array.isArray(body.files) && { files: body.files as number[] }),
  ...(typeof body.hidden === 'boolean' && { hidden: body.hidden }),
})

const acts: Record<string, Act> = {
  employeeComments: (sim, body) =>
    flatComment(sim.employeeComments(n(body.taskId), n(body.userId), s(body.html), commentByHand(body))),
  editsComment: (sim, body) => sim.editsComment(n(body.commentId), s(body.html), commentByHand(body)),
  deletesComment: (sim, body) => sim.deletesComment(n(body.commentId)),
  restoresComment: (sim, body) => sim.restoresComment(n(body.commentId)),
  givesTaskTo: (sim, body) => sim.givesTaskTo(n(body.taskId), n(body.contactId)),
  setsStatus: (sim, body) => sim.setsStatus(n(body.taskId), n(body.statusId)),
  completes: (sim, body) => sim.completes(n(body.taskId)),
  reopens: (sim, body) => sim.reopens(n(body.taskId)),
  deletesTask: (sim, body) => sim.deletesTask(n(body.taskId), { forGood: body.forGood === true }),
  createsContact: (sim, body) =>
    flatContact(sim.createsContact({ ...(body as Partial<SimContact>), name: s(body.name) })),
  editsContact: (sim, body) =>
    flatContact(sim.editsContact(n(body.id), (body.fields ?? {}) as Partial<SimContact>)),
  deletesContact: (sim, body) => sim.deletesContact(n(body.id)),
  mergesContacts: (sim, body) => sim.mergesContacts(n(body.from), n(body.into)),
  /** `content` as base64, or `text`. */
  addsFile: (sim, body) => {
    const content = body.text === undefined ? Buffer.from(s(body.content), 'base64') : s(body.text)
    return { id: sim.addsFile(s(body.name), content, body.type === undefined ? undefined : s(body.type)).id }
  },
  switch: (sim, body) => sim.setSwitch(s(body.name) as SwitchName, s(body.position) as never),
  nextWrites: (sim, body) => sim.nextWrites(s(body.position) as never, Number(body.times ?? 1)),
  fault: (sim, body) => sim.server.faults.add(body as unknown as FaultRule),
  clearFaults: (sim) => sim.server.faults.clear(),
  clearViolations: (sim) => sim.violations.splice(0),
  recording: (sim, body) => {
    sim.server.recording = body.on !== false
  },
  clearRequests: (sim) => sim.server.requests.splice(0).length,
  scenarioUrl: (sim, body) => {
    sim.scenarioUrl = typeof body.url === 'string' ? body.url : undefined
    if (typeof body.body === 'string') sim.scenario.bodyTemplate = body.body
    if (typeof body.onRest === 'boolean') sim.scenarioOnRest = body.onRest
  },
  /** Numbers; null stands for Infinity. */
  limits: (sim, body) => {
    const read = (value: unknown) => (value === null ? Number.POSITIVE_INFINITY : Number(value))
    if ('requestsPerSecond' in body) sim.limits.requestsPerSecond = read(body.requestsPerSecond)
    if ('dailyLimit' in body) sim.limits.dailyLimit = read(body.dailyLimit)
    if ('dailyUsed' in body) sim.limits.dailyUsed = read(body.dailyUsed)
    if ('resetAt' in body) sim.limits.resetAt = read(body.resetAt)
    if (typeof body.robotSeesAll === 'boolean') sim.account.robotSeesAll = body.robotSeesAll
    if ('lateCommitMs' in body) sim.lateCommitMs = read(body.lateCommitMs)
    if ('fileLimitMb' in body) sim.account.fileLimitMb = read(body.fileLimitMb)
  },
  scopes: (sim, body) => {
    sim.scopes.clear()
    for (const scope of body.scopes as string[]) sim.scopes.add(scope)
  },
  chatChannel: (sim, body) =>
    sim.chats.connect({ ...(body as Partial<ChatChannel>), providerId: s(body.providerId) }),
  removesChatChannel: (sim, body) => sim.chats.disconnect(s(body.providerId)),
  writesFirst: (sim, body) =>
    flatComment(sim.chats.writesFirst(n(body.contactId), n(body.userId), s(body.html))),
  callbackFault: (sim, body) => sim.chats.addCallbackFault(body as unknown as CallbackFault),
  clearCallbackFaults: (sim) => sim.chats.clearCallbackFaults(),
  flushCallbacks: (sim) => sim.chats.flushCallbacks(),
  flush: (sim) => sim.flush(),
}

const reads: Record<string, (simulator: PlanfixSimulator, query: Record<string, string>) => unknown> = {
  tasks: (sim) => sim.tasks.map((task) => flatTask(sim, task)),
  task: (sim, query) => {
    const task = sim.task(n(query.id))
    return task ? flatTask(sim, task) : undefined
  },
  comments: (sim, query) =>
    query.contactId === undefined
      ? sim.comments(n(query.taskId)).map(flatComment)
      : sim.contactComments(n(query.contactId)).map(flatComment),
  /** Of all tasks and contacts, in the order of writing; `after=ID` omits those up to that one. */
  allComments: (sim, query) =>
    [...sim.account.comments.values()].filter(({ id }) => id > Number(query.after ?? 0)).map(flatComment),
  contacts: (sim) => sim.contacts.map(flatContact),
  users: (sim) => sim.users,
  files: (sim) => sim.files.map(({ content, ...file }) => ({ ...file, size: content.length })),
  /** `after=N` omits the first N. */
  requests: (sim, query) => sim.server.requests.filter((request) => request.n > Number(query.after ?? 0)),
  violations: (sim) => sim.violations,
  scenario: (sim) => sim.scenario.attempts,
  chats: (sim) => ({ url: sim.chats.url, token: sim.chats.token, channels: sim.chats.channels }),
  callbacks: (sim) => sim.chats.callbacks,
  requestCounts: (sim) => sim.requestCounts,
  summary: (sim) => ({
    tasks: sim.account.tasks.size,
    contacts: sim.account.contacts.size,
    comments: sim.account.comments.size,
    files: sim.account.files.size,
    requests: sim.server.requests.length,
    overRps: sim.limits.overRps,
    dailyUsed: sim.limits.dailyUsed,
    violations: sim.violations.length,
    scenarioAttempts: sim.scenario.attempts.length,
    scenarioPending: sim.scenario.pending,
    pushedThroughHostedChannel: sim.pushedThroughHostedChannel.length,
    mails: sim.mails.length,
  }),
  state: (sim) => ({
    url: sim.url,
    switches: sim.switches,
    scopes: [...sim.scopes],
    requestsPerSecond: sim.limits.requestsPerSecond,
    dailyLimit: sim.limits.dailyLimit,
    dailyUsed: sim.limits.dailyUsed,
    lateCommitMs: sim.lateCommitMs,
    scenarioUrl: sim.scenarioUrl ?? null,
    pushedThroughHostedChannel: sim.pushedThroughHostedChannel,
    mails: sim.mails,
  }),
}

/**
 * Controls the simulator over HTTP, for tests and benchmarks in other processes. Loopback, no authorization;
 * bodies must say application/json, which a web page of another origin can only send after a preflight
 * request.
 */
export async function answerControl(simulator: PlanfixSimulator, request: SimRequest): Promise<SimResponse> {
  const name = request.path.slice('/control/'.length)
  if (request.method === 'GET') {
    const read = Object.hasOwn(reads, name) ? reads[name] : undefined
    const value = read?.(simulator, request.query)
    return value === undefined
      ? { status: 404, body: { error: `nothing at ${name}` } }
      : { status: 200, body: value }
  }
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined
  if (!act) return { status: 404, body: { error: `no act ${name}` } }
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return { status: 415, body: { error: 'expected application/json' } }
  }
  try {
    const result = await act(simulator, (request.body ?? {}) as Body)
    return { status: 200, body: result ?? { ok: true } }
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } }
  }
}

const flatTask = (sim: PlanfixSimulator, { feed, customFields, ...task }: SimTask) => ({
  ...task,
  description: feed[0]?.description ?? '',
  status: sim.statusOf(task.id),
  comments: feed.length,
  customFields: Object.fromEntries(customFields),
})

const flatContact = ({ feed, customFields, ...contact }: SimContact) => ({
  ...contact,
  comments: feed.length,
  customFields: Object.fromEntries(customFields),
})

const flatComment = (comment: SimComment) => comment
