import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { bridge, type Stage, startStage } from './bench-server.ts'
import { filled } from './host.ts'
import { cpuMs, type Row, round } from './measure.ts'
import { PER_TALK } from './stored.ts'

const TASKS = 300
/** Six weeks old: nothing has changed in them since. */
const MADE_MS = 42 * 86_400_000
const TOGETHER = 20
const SETTLED_MS = 30_000
const HOUR = 3600

/**
 * What a bridge costs while nobody writes: CPU time of `seconds`, told for an hour, and wake-ups, after so many minutes
 * without any event: the bridge polls less often then.
 */
export async function idleRows(seconds: number, quietMinutes: number): Promise<Row[]> {
  const stage = await startStage(async (place) => {
    const firstTask = await makeTasks(place.simulators.planfix)
    const dataDir = await filled(place.dir, TASKS * PER_TALK, firstTask)
    forgetComments(dataDir)
    return bridge({ dataDir })(place)
  }, [])
  try {
    const { pid } = stage.server.child
    await settled(stage)
    await pause(quietMinutes * 60_000)
    const before = { cpu: cpuMs(pid), wakeUps: wakeUps(pid) }
    await pause(seconds * 1000)
    const perHour = (((cpuMs(pid) - before.cpu) / 1000) * HOUR) / seconds
    const perSecond = (wakeUps(pid) - before.wakeUps) / seconds
    return [
      {
        topic: 'idle',
        metric: `CPU time in an hour, ${TASKS} old tasks watched, from ${round(seconds)} s after ${quietMinutes} quiet minutes`,
        measured: `${round(perHour, 1)} s`,
        target: '<= 1 s',
        met: perHour <= 1,
      },
      {
        topic: 'idle',
        metric: 'wake-ups of the main thread in a second',
        measured: round(perSecond, 2),
        target: '<= 1',
        met: perSecond <= 1,
      },
    ]
  } finally {
    await stage.end()
  }
}

/** They are not in the simulator: the bridge would miss them, and ask for each. */
function forgetComments(dataDir: string): void {
  const database = new Database(join(dataDir, 'bridge.sqlite'))
  database.exec('UPDATE messages SET planfix_comment = NULL')
  database.close()
}

/** How often a process went on after it had waited for something. Linux only. */
function wakeUps(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1])
}

/** Until only lists have been asked for during some time, besides the task that is read each half minute. */
async function settled({ planfix }: Pick<Stage, 'planfix'>): Promise<void> {
  const read = async () => (await planfix.get<Call[]>('requests')).filter(isNoList).length
  for (let [before, now] = [-2, await read()]; now > before + 1; [before, now] = [now, await read()])
    await pause(SETTLED_MS)
}
interface Call {
  path: string
}
const isNoList = ({ path }: Call): boolean => path !== '/rest/task/list'

/** Returns the number of the first; the others follow it. */
async function makeTasks({ restUrl, token }: { restUrl: string; token: string }): Promise<number> {
  const date = `${new Date(Date.now() - MADE_MS).toISOString().slice(0, 16)}Z`
  const make = async (): Promise<number> => {
    const answer = await fetch(`${restUrl}/task/`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Chat', dateTime: { datetime: date } }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return ((await answer.json()) as { id: number }).id
  }
  const first = await make()
  for (let made = 1; made < TASKS; made += TOGETHER)
    await Promise.all(Array.from({ length: Math.min(TOGETHER, TASKS - made) }, make))
  return first
}
