import { z } from 'zod'
import { type Draft, draft } from '../../../shared/api/setup.ts'
import { KeyedMutex } from '../../engine/index.ts'
import type { SqliteStore } from '../../store/index.ts'
import { settingsOf, sketchOf } from './connection.ts'

/** A draft as it is kept. Whether its secrets are there and whether it carries is asked anew each time. */
const stored = draft.omit({ has: true, active: true }).extend({
  /** Newest line of the log when it was begun, then when it was first activated: what comes later is its test. */
  sinceSeq: z.number(),
  activated: z.boolean(),
})
export type StoredDraft = z.output<typeof stored>

/** Drafts of connections in the data folder: they survive a restart. No secret is in them. */
export interface Drafts {
  /** Those whose set-up was begun and not finished, the oldest first. */
  list(): Promise<StoredDraft[]>
  get(id: string): Promise<StoredDraft | null>
  put(draft: StoredDraft): Promise<StoredDraft>
  /** Null when there is no such draft. */
  change(id: string, change: (draft: StoredDraft) => StoredDraft): Promise<StoredDraft | null>
  remove(id: string): Promise<void>
}

type Facts = Pick<SqliteStore, 'fact' | 'commit'>

const KEY = 'drafts'

/** One for a store: changes are made one after another, and what is on disk is remembered. */
export function createDrafts(store: Facts): Drafts {
  const oneAtATime = new KeyedMutex()
  /** As they stand on disk: the interface is told of them often, and nobody else writes them. */
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

/** One that an older program wrote in another form is forgotten. */
function readable(kept: unknown): StoredDraft[] {
  const all = z.array(z.unknown()).safeParse(kept).data ?? []
  return all.flatMap((one) => stored.safeParse(one).data ?? [])
}

/** A draft of a connection that does not exist yet: everything as the program proposes it. */
export function freshDraft(id: string, sinceSeq: number): StoredDraft {
  const defaults = settingsOf(sketchOf(id))
  return {
    id,
    redo: false,
    step: 'language',
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
  return JSON.stringify(stored.parse({ ...one, step: fresh.step })) === JSON.stringify(stored.parse(fresh))
}

/** What the interface sees of it. `secrets` tells which are there now. */
export function viewOf(one: StoredDraft, has: Draft['has'], active: boolean): Draft {
  const { sinceSeq: _since, activated: _activated, ...seen } = one
  return {
    ...seen,
    has,
    active,
    // Checked with a secret that is gone is not checked.
    checked: {
      chatra: has.chatraSecretKey ? one.checked.chatra : 'no',
      planfix: has.planfixToken ? one.checked.planfix : 'no',
    },
  }
}
