import type { Clock, Store } from '../../engine/ports.ts'

/** The fact in which a data folder records the versions of the program that have run on it. */
const FACT = 'programVersion'

export interface ProgramVersion {
  /** The version that ran last. */
  version: string
  /** When `version` first ran after another one; null = it is the first on this data. */
  updatedAt: number | null
}

/** What to record when `version` starts. `hasData`: an earlier version has run here, perhaps without a record. */
export function versionAfter(
  known: ProgramVersion | null,
  version: string,
  hasData: boolean,
  now: number,
): ProgramVersion {
  if (known === null) return { version, updatedAt: hasData ? now : null }
  return known.version === version ? known : { version, updatedAt: now }
}

/** Records the version of the program that starts now. To be called before the application has written anything else. */
export async function noteVersion(
  store: Store & { beganAt(): Promise<number | null> },
  clock: Clock,
  version: string,
): Promise<void> {
  const known = await store.fact<ProgramVersion>('', FACT)
  const value = versionAfter(known, version, (await store.beganAt()) !== null, clock.now())
  if (value !== known) await store.commit([{ type: 'fact.set', connectionId: '', key: FACT, value }])
}

/** For how long the interface mentions an update. */
const NEWS_MS = 30 * 24 * 3_600_000

/** Whether the interface mentions an update, once to each person. */
export async function isUpdated(store: Pick<Store, 'fact'>, now: number): Promise<boolean> {
  const at = (await store.fact<ProgramVersion>('', FACT))?.updatedAt ?? null
  return at !== null && now - at < NEWS_MS
}
