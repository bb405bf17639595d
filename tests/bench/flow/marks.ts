/** A comment as Planfix has it. */
export interface Comment {
  taskId: number
  description: string
}
/** How many conversations there were, and how many messages were written in each. */
export interface Said {
  talks: number
  messages: number
}
export interface Faults {
  /** Messages in no comment. */
  lost: number
  /** Copies beyond the first of a message. */
  doubled: number
  /** Messages whose first copy came after a later message of the same conversation. */
  outOfOrder: number
  /** Tasks beyond one for each conversation that arrived. */
  moreTasks: number
}

/** What distinguishes message `n` of conversation `talk` in any text. */
export const mark = (talk: number, n: number): string => `#${talk}-${n}#`

/** The marks in a text, as they follow each other. */
export const marksIn = (text: string): { talk: number; n: number }[] =>
  [...text.matchAll(/#(\d+)-(\d+)#/g)].map(([, talk, n]) => ({ talk: Number(talk), n: Number(n) }))

/** Compares what was said with the comments of all tasks, which are in the order of writing. */
export function countFaults(comments: readonly Comment[], { talks, messages }: Said): Faults {
  const faults: Faults = { lost: 0, doubled: 0, outOfOrder: 0, moreTasks: 0 }
  const arrived = Array.from({ length: talks }, () => ({ latest: -1, tasks: new Set(), seen: new Set() }))
  for (const { taskId, description } of comments) {
    for (const { talk, n } of marksIn(description)) {
      const one = arrived[talk]
      if (one === undefined) continue
      if (one.seen.has(n)) faults.doubled += 1
      else if (n < one.latest) faults.outOfOrder += 1
      one.latest = Math.max(one.latest, n)
      one.seen.add(n)
      one.tasks.add(taskId)
    }
  }
  for (const { seen, tasks } of arrived) {
    faults.lost += messages - seen.size
    faults.moreTasks += Math.max(0, tasks.size - 1)
  }
  return faults
}

export const sumOf = (all: readonly Faults[]): Faults =>
  all.reduce(
    (sum, one) => ({
      lost: sum.lost + one.lost,
      doubled: sum.doubled + one.doubled,
      outOfOrder: sum.outOfOrder + one.outOfOrder,
      moreTasks: sum.moreTasks + one.moreTasks,
    }),
    { lost: 0, doubled: 0, outOfOrder: 0, moreTasks: 0 },
  )

/** Only what is wrong, for a table: `3 lost, 1 doubled`; `none` when nothing is. */
export function faultWords({ lost, doubled, outOfOrder, moreTasks }: Faults): string {
  const counts: [number, string][] = [
    [lost, 'lost'],
    [doubled, 'doubled'],
    [outOfOrder, 'out of order'],
    [moreTasks, moreTasks === 1 ? 'further task' : 'further tasks'],
  ]
  const wrong = counts.filter(([count]) => count > 0)
  return wrong.map(([count, what]) => `${count.toLocaleString('en-US')} ${what}`).join(', ') || 'none'
}
