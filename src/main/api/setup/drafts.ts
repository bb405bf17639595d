import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type Draft, draft, type Step, step } from '../../../shared/api/setup.ts'
import { KeyedMutex } from '../../engine/index.ts'
import type { ApplicationStore } from '../../store/index.ts'
import { settingsOf, sketchOf } from './connection.ts'

/** Steps of the first wizard, and those that contain their choices now: drafts that are stored keep them. */
const FORMER_STEPS: Record<string, Step> = {
  language: 'chatra',
  name: 'chatra',
  employees: 'templates',
  options: 'templates',
  webhooks: 'address',
  channel: 'test',
  scenario: 'test',
}

/** A draft as stored. Whether its secrets exist and whether it delivers is read each time. */
const stored = draft.omit({ has: true, active: true }).extend({
  step: z.preprocess((name) => FORMER_STEPS[String(name)] ?? name, step),
  /**
   * Newest line of the log when it was begun, then when it was first activated: later lines belong to its
   * test.
   */
  sinceSeq: z.number(),
  activated: z.boolean(),
})
export type StoredDraft = z.output<typeof stored>

/** Drafts of connections in the data folder: they survive a restart. They contain no secrets. */
export interface Drafts {
  /** Drafts whose set-up is not finished, the oldest first. */
  list(): Promise<StoredDraft[]>
  get(id: string): Promise<StoredDraft | null>
  put(draft: StoredDraft): Promise<StoredDraft>
  /** Null when there is no such draft. */
  change(id: string, change: (draft: StoredDraft) => StoredDraft): Promise<StoredDraft | null>
  remove(id: string): Promise<void>
}

type Facts = Pick<ApplicationStore, 'fact' | 'commit'>

const KEY = 'drafts'

/** One per store: changes are made one after another, and the stored content is cached. */
export function createDrafts(store: Facts): Drafts {
  const oneAtATime = new KeyedMutex()
  /** As on disk: the interface reads them often, and only this module writes them. */
  let known: StoredDraft[] | null = null

  async function list(): Promise<StoredDraft[]> {
    known ??= readable(await store.fact<unknown>('', KEY))
    return known
  }
  const changed = (change: (all: StoredDraft[]) => StoredDraft[]) =>
    oneAtATime.run(KEY, async () => {
      const value = change(await list())
      await store.commit([
        { type: 'fact.set', connectionId: '', key: KEY, value: value.length > 0 ? value : null },
      ])
      known = value
      return value
    })
  const byId = (id: string) => (one: StoredDraft) => one.id === id

  return {
    list,
    get: async (id) => (await list()).find(byId(id)) ?? null,
    async put(draft) {
      await changed((all) => [...all.filter((one) => one.id !== draft.id), draft])
      return draft
    },
    async change(id, change) {
      const all = await changed((before) => before.map((one) => (one.id === id ? change(one) : one)))
      return all.find(byId(id)) ?? null
    },
    async remove(id) {
      await changed((all) => all.filter((one) => one.id !== id))
    },
  }
}

/** A draft of an older program with another format is discarded. */
function readable(kept: unknown): StoredDraft[] {
  const all = z.array(z.unknown()).safeParse(kept).data ?? []
  return all.flatMap((one) => stored.safeParse(one).data ?? [])
}

/** A draft of a new connection: with the program's default values. */
export function freshDraft(id: string, sinceSeq: number): StoredDraft {
  const defaults = settingsOf(sketchOf(id))
  return {
    id,
    redo: false,
    step: 'chatra',
    settings: {
      ...defaults,
      name: '',
      chatra: { ...defaults.chatra, publicKey: '', agent: { email: '', name: '' } },
      planfix: { ...defaults.planfix, baseUrl: '', webUrl: '' },
    },
    mode: 'everybody',
    employees: [],
    checked: { chatra: 'no', planfix: 'no' },
    sinceSeq,
    activated: false,
  }
}

/** Nothing has been typed into it yet. */
export function isUntouched(one: StoredDraft): boolean {
  const fresh = freshDraft(one.id, one.sinceSeq)
  return isDeepStrictEqual(stored.parse({ ...one, step: fresh.step }), stored.parse(fresh))
}

/** The interface's view of it. `secrets` says which exist now. */
export function viewOf(one: StoredDraft, has: Draft['has'], active: boolean): Draft {
  const { sinceSeq: _since, activated: _activated, ...seen } = one
  return {
    ...seen,
    has,
    active,
    // A check with a secret that no longer exists does not count.
    checked: {
      chatra: has.chatraSecretKey ? one.checked.chatra : 'no',
      planfix: has.planfixToken ? one.checked.planfix : 'no',
    },
  }
}
