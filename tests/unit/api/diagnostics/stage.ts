import type { ApiContext } from '../../../../src/main/api/context.ts'
import { diagnosticsCalls } from '../../../../src/main/api/diagnostics/index.ts'
import { createDrafts } from '../../../../src/main/api/setup/drafts.ts'
import { type CheckUp, checkUp as schema } from '../../../../src/shared/api/diagnostics.ts'
import { World, type WorldOptions } from '../../../support/world.ts'

/** The calls of the diagnostics on a whole application between both simulators. */
export async function stage(options: WorldOptions = {}) {
  const world = await World.start(options)
  const pushed: CheckUp[] = []
  const bugs: string[] = []
  const note = (_fields: object, text: string) => void bugs.push(text)
  // The part of the context that diagnostics uses.
  const context = {
    application: world.app,
    drafts: createDrafts(world.app.store),
    settings: { path: '/settings/config.json' },
    secrets: {
      keptIn: 'memory',
      get: async (_id: string, name: string) =>
        name === 'PLANFIX_TOKEN' ? world.planfix.token : world.chatra.secretKey,
    },
    host: 'server',
    notices: () => [],
    waiting: { now: () => ({ count: 0, since: null, version: 0 }) },
    version: '1.2.3',
    log: { info: () => undefined, warn: note, error: note },
    push(message: { event: string; value: unknown }) {
      if (message.event === 'checkUp') pushed.push(schema.parse(message.value))
    },
  } as unknown as ApiContext
  const calls = diagnosticsCalls(context)
  const last = async () => value(await calls['diagnostics.get']({})).checkUp
  return {
    world,
    calls,
    pushed,
    bugs,
    last,
    start: async () => value(await calls['diagnostics.start']({})),
    report: async (language: 'en' | 'ro' | 'ru' = 'en') =>
      value(await calls['diagnostics.report']({ language })),
    ended: () =>
      world.until('the end of the check-up', async () => {
        const present = await last()
        return present?.endedAt === null ? null : present
      }),
  }
}
export type Stage = Awaited<ReturnType<typeof stage>>

function value<T>(answer: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
