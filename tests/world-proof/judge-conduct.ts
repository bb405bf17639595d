import { isOpen } from '../../src/shared/domain.ts'
import { type Evidence, type Utterance, utterances } from './evidence.ts'
import type { Finding } from './judge.ts'

const SECOND = 1000

/** The bridge's behaviour toward the services and its owner. */
export function judgeConduct(evidence: Evidence): Finding[] {
  return [
    ...foreignTasks(evidence),
    ...nothingOpen(evidence),
    ...pace(evidence),
    ...quota(evidence),
    ...blindReplies(evidence),
    ...silence(evidence),
    ...bugs(evidence),
  ]
}

function foreignTasks({ truth, calls }: Evidence): Finding[] {
  return [...truth.foreignTasks].flatMap((id): Finding[] => {
    const touched = calls.find(
      ({ side, isWrite, path }) =>
        side === 'planfix' && isWrite && new RegExp(`^/task/${id}(/|$)`).test(path),
    )
    if (!touched) return []
    const detail = `${touched.method} ${touched.path} ${JSON.stringify(touched.body)}`
    return [{ invariant: 'a foreign task is not touched', detail }]
  })
}

function nothingOpen({ open, messages }: Evidence): Finding[] {
  const unclear = new Set(messages.filter(({ state }) => state === 'uncertain').map(({ id }) => id))
  const waiting = messages
    // Changes of what its owner was told of wait for the owner.
    .filter(({ state, targetId }) => isOpen(state) && !unclear.has(targetId ?? 0))
    .map(({ id, text, state }) => `message ${id} "${text}" is ${state}`)
  const all = open.length > 0 ? open : waiting
  return all.slice(0, 1).map((detail) => ({ invariant: 'nothing waits for ever', detail }))
}

/** Requests to the one Planfix account, as the bridge sends them, over any ten seconds. */
function pace({ story, calls, truth }: Evidence): Finding[] {
  const span = 10 * SECOND
  const { requestsPerSecond } = story.settings
  // Calls of the Chat API are no requests of REST.
  const isRest = ({ side, path }: Evidence['calls'][number]) => side === 'planfix' && path !== '/webchat/api'
  const at = calls.filter(isRest).map((call) => call.at)
  const most = requestsPerSecond * 10 + Math.max(2, requestsPerSecond)
  for (const [index, first] of at.entries()) {
    const last = at[index + most]
    if (last === undefined) return []
    // After a wake-up or a start the bucket is full.
    const began = truth.ends.some((one) => one.kind === 'start' && one.at >= first && one.at <= last)
    if (last - first < span && !began) {
      const detail = `${most + 1} requests to Planfix within ${(last - first) / SECOND} s, allowed are ${requestsPerSecond} a second`
      return [{ invariant: 'the pace is kept', detail }]
    }
  }
  return []
}

/** When the day's requests are used up, the bridge retries only now and then. */
function quota({ truth, calls }: Evidence): Finding[] {
  return truth.outages
    .filter(({ mode }) => mode === 'quota')
    .flatMap(({ from, to }): Finding[] => {
      const refused = calls.filter(
        ({ side, at, status }) => side === 'planfix' && at > from && at < to && status === 403,
      )
      const allowed = 10 + (to - from) / (20 * SECOND)
      if (refused.length <= allowed) return []
      return [{ invariant: 'a used-up quota is respected', detail: `${refused.length} calls were refused` }]
    })
}

/** A service without clear answers gets at most two replies; then a harmless request comes first. */
function blindReplies(evidence: Evidence): Finding[] {
  const { truth } = evidence
  const posts = utterances(evidence).filter(({ call }) => call.method === 'POST')
  return truth.outages
    .filter(({ side, mode }) => side === 'chatra' && mode !== 'throttled' && mode !== 'unreachable')
    .flatMap(({ from, to, mode }): Finding[] => {
      if (mode === 'line-break') return []
      const disturbed = truth.ends.some(({ at }) => at > from && at < to)
      const shops = new Set(posts.map(({ call }) => call.account))
      for (const shop of shops) {
        const unclear = posts.filter(
          (post) =>
            post.call.account === shop &&
            post.call.at >= from &&
            post.call.at < to &&
            post.call.known !== 'clear' &&
            !isEchoed(post, evidence),
        )
        const known = unclear.map(({ call }) => call.knownAt ?? to).toSorted((a, b) => a - b)
        const second = known[1]
        if (second === undefined || disturbed) continue
        const blind = unclear.filter(({ call }) => call.at > second + SECOND)
        if (blind.length <= 1 + (to - from) / (60 * SECOND)) continue
        const detail = `${blind.length} more replies of ${shop} were sent after two had got no clear answer`
        return [{ invariant: 'a failing Chatra is not fed with replies', detail }]
      }
      return []
    })
}

/** Its echo came as soon as the answer: then its result is known. */
const isEchoed = ({ call, text }: Utterance, { truth }: Evidence): boolean =>
  truth.heard.some(
    ({ shop, at, body }) =>
      shop === call.account &&
      at >= call.at &&
      at <= (call.knownAt ?? call.at) + SECOND &&
      body.includes(JSON.stringify(text).slice(1, -1)),
  )

/** When a service works again, a request reaches it within seconds. */
function silence({ story, truth, calls, healedAt }: Evidence): Finding[] {
  return truth.outages
    .filter(({ side, mode }) => side === 'planfix' && mode !== 'quota')
    .flatMap(({ side, to, from, mode }): Finding[] => {
      const end = Math.min(to, healedAt)
      // A call that hangs at the end of the outage must time out first.
      const limit = (mode === 'silent' || mode === 'swallowing' ? 35 : 20) * SECOND
      const disturbed =
        // Without its database the bridge asks nothing.
        truth.outages.some(
          (one) => (one.side === side || one.side === 'database') && one.from < end + limit && one.to > end,
        ) ||
        truth.ends.some(({ at }) => at > from - 10 * SECOND && at < end + limit) ||
        (truth.ends.findLast(({ at }) => at < end + limit)?.kind ?? 'start') !== 'start'
      const before = calls.some((call) => call.side === side && call.at > from - 30 * SECOND && call.at < end)
      // Where nothing was refused, nothing waits, and the next poll is early enough.
      const during = calls.filter((call) => call.side === side && call.at >= from && call.at < end)
      // Nor where it was taken when it was made again; by the Chat API nothing waits when the last call was taken.
      const again = new Map(during.map((call) => [`${call.method} ${call.path}`, call]))
      const judged = story.settings.chat ? during.slice(-1) : [...again.values()]
      const refused = judged.some(({ status }) => status === null || status >= 400)
      if (disturbed || !before || !refused || end + limit > healedAt + 60 * SECOND) return []
      if (calls.some((call) => call.side === side && call.at > end && call.at < end + limit)) return []
      const next = calls.find((call) => call.side === side && call.at >= end + limit)
      const after = next ? `${((next.at - end) / SECOND).toFixed(0)} s` : 'never'
      const detail = `${side} was well again after ${(end - from) / SECOND} s and was asked: ${after}`
      return [{ invariant: 'a healed service is served within seconds', detail }]
    })
}

function bugs({ truth, violations }: Evidence): Finding[] {
  return [
    ...truth.bugs.slice(0, 3).map((detail) => ({ invariant: 'the bridge has no bug', detail })),
    ...violations.slice(0, 3).map((detail) => ({ invariant: 'no call breaks the contract', detail })),
  ]
}
