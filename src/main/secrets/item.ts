import { z } from 'zod'
import type { Account } from './accounts.ts'

/** The account name of the item; no secret of an earlier version had it. */
export const ITEM = 'secrets'
/** Proved to earlier versions, which kept each secret in an entry of its own, that the keychain works. */
export const PROOF = 'works'

/** Format of the item. Format 0 was one entry a secret, `<connection>/<NAME>`. */
export const VERSION = 1

const item = z.strictObject({
  version: z.literal(VERSION),
  /** By account. */
  secrets: z.record(z.string(), z.string()),
  /** Connections whose separate entries of format 0 have been copied; '' = those of the program. */
  moved: z.array(z.string()),
  /** Entries of format 0 that have been copied, or are not needed, and must still be deleted. */
  leftover: z.array(z.string()),
})
/** All secrets of the program, as they are stored in one item of the keychain. */
export type Item = z.output<typeof item>

/** Someone changed the item by hand, or a part of it is missing: nothing is written over it. */
export class ItemDamaged extends Error {
  constructor() {
    super('the entry of the bridge in the keychain cannot be read')
  }
}
/** A newer version of the program wrote the item. */
export class ItemNewer extends Error {
  constructor(version: number) {
    super(`format ${version}`)
  }
}

export const emptyItem = (leftover: string[] = []): Item => ({
  version: VERSION,
  secrets: {},
  moved: [],
  leftover,
})

export const textOf = (value: Item): string => JSON.stringify(value)

/** Throws ItemDamaged or ItemNewer; neither contains any of the text. */
export function itemFrom(text: string): Item {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new ItemDamaged()
  }
  const read = item.safeParse(json)
  if (read.success) return read.data
  const { data } = z.object({ version: z.int().gt(VERSION) }).safeParse(json)
  throw data === undefined ? new ItemDamaged() : new ItemNewer(data.version)
}

/**
 * Step 0 to 1 for one connection: with its separate entries, which are to be deleted once this is stored. A secret
 * that is in the item already is newer.
 */
export function withMoved(value: Item, connectionId: string, found: ReadonlyMap<Account, string>): Item {
  return {
    ...value,
    secrets: { ...Object.fromEntries(found), ...value.secrets },
    moved: [...value.moved, connectionId],
    leftover: [...value.leftover, ...found.keys()],
  }
}

/** Null removes a secret. */
export function withChanges(value: Item, changes: ReadonlyMap<Account, string | null>): Item {
  const secrets = new Map(Object.entries(value.secrets))
  for (const [account, secret] of changes) {
    if (secret === null) secrets.delete(account)
    else secrets.set(account, secret)
  }
  return { ...value, secrets: Object.fromEntries(secrets) }
}

export const withoutLeftover = (value: Item, deleted: readonly Account[]): Item => ({
  ...value,
  leftover: value.leftover.filter((account) => !deleted.includes(account)),
})
