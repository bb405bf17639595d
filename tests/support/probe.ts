import type { Finding, Probing } from '../../src/main/diagnostics/probe/runner.ts'
import { probe } from '../../src/main/diagnostics/probe/runner.ts'
import { type ProbeAccess, probeAccess } from '../../src/main/runtime/monitoring/probe-access.ts'
import type { World } from './world.ts'

export interface ProbeChange {
  byHand?: (taskId: number) => Promise<boolean>
  signal?: AbortSignal
  isRunning?: boolean
  token?: string | null
  chatToken?: string | null
  publicUrl?: string | null
  progress?: (done: number, total: number) => void
  /** Changes the way to the accounts. */
  through?: (access: ProbeAccess) => ProbeAccess
}

/** `doctor --probe` beside the application of a world. */
export async function probeIn(world: World, change: ProbeChange = {}): Promise<Probing> {
  const connection = world.app.configuration.connections[0]
  if (!connection) throw new Error('the world has no connection')
  const tokens: Record<string, string | null> = {
    PLANFIX_TOKEN: change.token === undefined ? world.planfix.token : change.token,
    PLANFIX_CHAT_TOKEN: change.chatToken === undefined ? world.planfix.chats.token : change.chatToken,
  }
  const made = await probeAccess({
    connection,
    language: 'en',
    secrets: { get: async (_id, name) => tokens[name] ?? null },
    store: world.app.store,
    clock: world.clock,
    publicUrl: change.publicUrl ?? null,
    isRunning: change.isRunning ?? true,
    byHand: change.byHand ?? (async () => false),
    progress: change.progress ?? (() => undefined),
    adapter: world.exchange,
  })
  const access = change.through?.(made) ?? made
  try {
    return await probe({ ...access, signal: change.signal ?? new AbortController().signal })
  } finally {
    access.close()
  }
}

/** Positions by question, or the reasons in round brackets. */
export const answersOf = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(
    findings.map(({ question, position, reason }) => [question.id, position ?? `(${reason?.why})`]),
  )
