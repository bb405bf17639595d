import type { SimTask } from '../../src/simulators/planfix/index.ts'
import { type Evidence, standing, wordsOf } from './evidence.ts'
import type { Finding } from './judge.ts'
import { marksIn } from './story.ts'

/** Messages of clients and agents are in Planfix once, in order, and in a task of their own connection. */
export function judgeClients(evidence: Evidence): Finding[] {
  return [
    ...once(evidence),
    ...neverTwice(evidence),
    ...order(evidence),
    ...words(evidence),
    ...ownTasks(evidence),
    ...noSecond(evidence),
    ...accepted(evidence),
  ]
}

/** The comments with each mark: comment numbers, ascending; `of` = those of a task that count. */
function places({ tasks: all, truth }: Evidence, of = standing): Map<string, number[]> {
  const tasks = all.filter(({ id }) => !truth.deletedTasks.has(id))
  const found = new Map<string, number[]>()
  const comments = tasks.flatMap(of).filter((comment) => !comment.byHand)
  for (const comment of comments.toSorted((a, b) => a.id - b.id)) {
    if (isNote(wordsOf(comment))) continue
    for (const mark of marksIn(wordsOf(comment))) found.set(mark, [...(found.get(mark) ?? []), comment.id])
  }
  return found
}

/** A note of the bridge to an employee quotes the reply it is about. */
const isNote = (words: string): boolean => /[“"].*#r\d+.*[”"]/.test(words)

function once(evidence: Evidence): Finding[] {
  const at = places(evidence)
  const wentWithItsTask = new Set(
    [...evidence.truth.deletedTasks.values()]
      .flatMap(({ feed }) => feed)
      .flatMap((one) => marksIn(wordsOf(one))),
  )
  return [
    ...evidence.truth.said.map((said) => ({ ...said, what: 'client message' })),
    ...evidence.truth.agents.map((said) => ({ ...said, what: 'message of an agent' })),
  ].flatMap(({ mark, device, what }): Finding[] => {
    const times = at.get(mark)?.length ?? 0
    if (times === 1 || (times === 0 && wentWithItsTask.has(mark))) return []
    return [
      {
        invariant: times === 0 ? 'no client message is lost' : 'no client message is doubled',
        detail: `${what} ${mark} of device ${device} stands ${times} times in Planfix`,
      },
    ]
  })
}

/** Not even until the second copy was found and removed. */
function neverTwice(evidence: Evidence): Finding[] {
  return [...places(evidence, ({ feed }) => feed)].flatMap(([mark, ids]) =>
    ids.length < 2 || !/^#[cj]/.test(mark)
      ? []
      : [
          {
            invariant: 'no client message stood twice for a while',
            detail: `${mark} was in comments ${ids.join(', ')}`,
          },
        ],
  )
}

/** What the bridge has accepted needs no later event that tells the same, unless the store was damaged since. */
function accepted({ truth, messages }: Evidence): Finding[] {
  if (truth.ends.some(({ kind }) => kind === 'damage')) return []
  return truth.said.flatMap(({ mark }): Finding[] => {
    const heard = truth.heard.find(({ body }) => marksIn(body).includes(mark))
    const stored = messages.find(
      ({ direction, text }) => direction === 'to-planfix' && marksIn(text).includes(mark),
    )
    if (!heard || !stored || stored.receivedAt <= heard.at) return []
    const after = ((stored.receivedAt - heard.at) / 1000).toFixed(0)
    return [
      {
        invariant: 'what was accepted is not lost',
        detail: `${mark} was accepted, and known by what came ${after} s later`,
      },
    ]
  })
}

/** In the order in which they were written; late ones show the time at which they were written. */
function order(evidence: Evidence): Finding[] {
  const at = places(evidence)
  const late = new Set(
    evidence.tasks
      .flatMap(standing)
      .flatMap((comment) => wordsOf(comment).split('\n'))
      .filter((line) => /\d{4}-\d\d-\d\d \d\d:\d\d UTC: /.test(line))
      .flatMap(marksIn),
  )
  const text = new Map(evidence.tasks.flatMap(standing).map((comment) => [comment.id, wordsOf(comment)]))
  const findings: Finding[] = []
  for (const device of evidence.story.devices.keys()) {
    let last = { id: 0, mark: '', offset: 0 }
    for (const { mark } of evidence.truth.said.filter((one) => one.device === device)) {
      const id = at.get(mark)?.[0]
      if (id === undefined || late.has(mark)) continue
      const offset = text.get(id)?.indexOf(mark) ?? 0
      if (id < last.id || (id === last.id && offset < last.offset)) {
        const detail = `${mark} stands before ${last.mark}, which device ${device} had said earlier`
        findings.push({ invariant: 'client messages keep their order', detail })
      }
      last = { id, mark, offset }
    }
  }
  return findings
}

/** Short texts without a mark: as often as clients wrote them, in addition to those of employees. */
function words(evidence: Evidence): Finding[] {
  const { deletedTasks } = evidence.truth
  const linesOf = (tasks: Iterable<SimTask>) =>
    [...tasks]
      .flatMap(standing)
      .filter((comment) => !comment.byHand)
      .flatMap((comment) => wordsOf(comment).split('\n'))
  const lines = linesOf(evidence.tasks.filter(({ id }) => !deletedTasks.has(id)))
  const gone = linesOf(deletedTasks.values())
  return [...new Set(evidence.truth.words.map(({ text }) => text))].flatMap((word): Finding[] => {
    const said = evidence.truth.words.filter(({ text, taskId }) => text === word && taskId === null).length
    const isIt = (line: string) => line === word || line.endsWith(`: ${word}`)
    const stands = lines.filter(isIt).length
    // What disappeared with its task had been there.
    if (stands <= said && stands + gone.filter(isIt).length >= said) return []
    const invariant = stands < said ? 'no client message is lost' : 'no client message is doubled'
    return [{ invariant, detail: `"${word}" was said ${said} times by clients and stands ${stands} times` }]
  })
}

/** A task contains messages of clients of one connection, and of one person as far as the bridge can know. */
function ownTasks(evidence: Evidence): Finding[] {
  const { story, truth } = evidence
  return evidence.tasks.flatMap((task): Finding[] => {
    const marks = new Set(standing(task).flatMap((comment) => marksIn(wordsOf(comment))))
    const devices = truth.said.filter(({ mark }) => marks.has(mark)).map(({ device }) => device)
    const shops = new Set(devices.map((device) => story.devices[device]?.shop))
    if (shops.size < 2) return []
    const detail = `task ${task.id} holds messages of devices ${[...new Set(devices)].join(', ')}`
    return [{ invariant: 'a task belongs to one connection', detail }]
  })
}

/** Of clients who are not merged: when two devices become one, the task of one of them is left behind. */
function noSecond({ truth, story }: Evidence): Finding[] {
  const joins = new Set(story.actions.flatMap((action) => (action.do === 'introduce' ? [action.device] : [])))
  const isAlone = (device: number) => {
    const own = story.devices[device]
    const shares = (email: string | null) =>
      email !== null && story.devices.some((one, index) => index !== device && one.email === email)
    return !joins.has(device) && own?.vouched === null && !shares(own.email)
  }
  return truth.secondTasks
    .filter(({ device }) => isAlone(device))
    .map(({ taskId, beside, device }) => ({
      invariant: 'no second task beside an active one',
      detail: `task ${taskId} was made for device ${device} although task ${beside} was active`,
    }))
}
