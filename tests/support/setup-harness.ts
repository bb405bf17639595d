import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { ApiContext } from '../../src/main/api/context.ts'
import { employeesCalls } from '../../src/main/api/employees/index.ts'
import type { errorAnswer } from '../../src/main/api/responses.ts'
import { createSetup, type SetupOptions } from '../../src/main/api/setup/context.ts'
import { createDrafts } from '../../src/main/api/setup/drafts.ts'
import { setupCalls } from '../../src/main/api/setup/index.ts'
import { systemClock } from '../../src/main/process/clock.ts'
import { memoryOver } from '../../src/main/secrets/store.ts'
import type { ConfigurationFile } from '../../src/main/settings/settings-store.ts'
import { openStore, type SqliteStore } from '../../src/main/store/index.ts'
import type { Answer } from '../../src/shared/api/answer.ts'
import type { ConnectionSettings } from '../../src/shared/api/settings.ts'
import type { Draft } from '../../src/shared/api/setup.ts'
import { parseConfiguration } from '../../src/shared/config.ts'
import type { AgentSeen } from '../../src/shared/domain.ts'

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
export const atEnd = (end: () => Promise<void> | void) => void ends.push(end)

/**
 * The calls of the set-up and of employees on a separate store, with settings in memory. No messages are delivered:
 * the application is a stub that holds the configuration.
 */
export async function openDesk(file: ConfigurationFile = {}, options: SetupOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'setup-'))
  let store: SqliteStore = await openStore({ dir, clock: systemClock })
  atEnd(async () => {
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const desk = make(store, file, options)
  return {
    ...desk,
    /** The program ends and starts again: the data folder and the settings stay, memory does not. */
    async restarted() {
      await store.close()
      store = await openStore({ dir, clock: systemClock })
      return make(store, desk.settings.file, options)
    },
  }
}

function make(store: SqliteStore, file: ConfigurationFile, options: SetupOptions) {
  const secrets = memoryOver({ get: async () => null, whereToPut: (_id, name) => name })
  const settings = { file, changes: 0, applied: 0, refusal: null as ReturnType<typeof errorAnswer> | null }
  const read = () => {
    const parsed = parseConfiguration(settings.file)
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
    return parsed.value
  }
  const change: ApiContext['change'] = async (how) => {
    if (settings.refusal) return settings.refusal
    const next = JSON.parse(JSON.stringify(how(structuredClone(settings.file))))
    const parsed = parseConfiguration(next)
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
    settings.file = next
    settings.changes++
    return { ok: true, value: parsed.value }
  }
  const application = {
    store,
    connections: new Map(),
    now: () => 1000,
    hooksUrl: 'http://127.0.0.1:4000',
    get configuration() {
      return read()
    },
    get publicUrl() {
      return read().publicUrl
    },
    proveAddress: async (address: string) => ({
      provider: 'own',
      address,
      state: 'proven',
      provenAt: 1,
      problem: null,
    }),
  }
  const context = {
    application,
    drafts: createDrafts(store),
    secrets,
    change,
    changeConnection: (id: string, how: (one: Record<string, unknown>) => Record<string, unknown>) =>
      change((whole) => ({
        ...whole,
        connections: (whole.connections ?? []).map((one) => (one.id === id ? how(one) : one)),
      })),
    apply: async () => void settings.applied++,
  } as unknown as ApiContext
  const setup = createSetup(context, options)
  return {
    context,
    setup,
    store,
    secrets,
    settings,
    calls: { ...setupCalls(setup), ...employeesCalls(setup) },
    seeAgents: (id: string, agents: AgentSeen[]) =>
      store.commit(agents.map((agent) => ({ type: 'agent.seen' as const, connectionId: id, agent, at: 1 }))),
  }
}
export type Desk = Awaited<ReturnType<typeof openDesk>>

/** The value of an answer that must be a success. */
export async function value<T>(answer: Promise<Answer<T>>): Promise<T> {
  const got = await answer
  if (!got.ok) throw new Error(`refused: ${JSON.stringify(got.error)}`)
  return got.value
}
/** The error of an answer that must be a refusal: its text, and the field it is about. */
export async function refusal(answer: Promise<Answer<unknown>>) {
  const got = await answer
  if (got.ok) throw new Error('it was not refused')
  const { code, message, field, detail } = got.error
  return { code, key: message.key, params: message.params, field, detail }
}

/** The typed values, with `change` merged over them. */
export const typed = (
  { settings }: Draft,
  change: { name?: string; chatra?: object; planfix?: object; options?: object },
): ConnectionSettings => ({
  name: change.name ?? settings.name,
  chatra: { ...settings.chatra, ...change.chatra },
  planfix: { ...settings.planfix, ...change.planfix },
  options: { ...settings.options, ...change.options },
})

export const SHOP = {
  id: 'shop',
  name: 'shop.example',
  chatra: { publicKey: 'PUBLIC' },
  planfix: { baseUrl: 'https://shop.planfix.com/rest', taskTemplateId: 12 },
  webhookSecret: 'shop-hook-secret-0123456789',
}
