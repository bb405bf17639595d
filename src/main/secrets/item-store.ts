import { type Account, accountsOf, partsOf } from './accounts.ts'
import { IncompleteEntry } from './chunked-keychain.ts'
import {
  emptyItem,
  ITEM,
  type Item,
  ItemDamaged,
  itemFrom,
  PROOF,
  textOf,
  withChanges,
  withMoved,
  withoutLeftover,
} from './item.ts'
import { KeyringLocked } from './keychain-errors.ts'
import type { Keychain } from './keytar.ts'

/**
 * The item of the keychain with all secrets. No method may run while another one does (serial-timeout.ts): each change
 * reads the item again first, since another program of this user may have changed it. All reject with the keychain's
 * errors, with KeyringLocked, ItemDamaged or ItemNewer; then the keychain holds what it held before.
 */
export interface ItemStore {
  /**
   * Makes it when there is none. `mayAsk`: the owner may get a prompt to unlock the keyring. `last`: what it held, for
   * one that was deleted since; null = nothing is known of it.
   */
  open(options: { mayAsk: boolean; last: Item | null; isMade: boolean }): Promise<Item>
  /** With these secrets; null removes one. Separate entries of the connections concerned move first. */
  change(changes: ReadonlyMap<Account, string | null>): Promise<Item>
  /** Moves the separate entries of this connection into it. */
  move(connectionId: string): Promise<Item>
  /** Deletes separate entries that have moved. */
  tidy(): Promise<Item>
  /** Without changing anything, also where it has not moved yet. */
  peek(account: Account): Promise<string | null>
}

export function itemStore(keychain: Keychain, { readsOnly }: { readsOnly: boolean }): ItemStore {
  async function read(): Promise<Item | null> {
    const text = await keychain.get(ITEM).catch(damaged)
    return text === null ? null : itemFrom(text)
  }
  /** The item exists, so an answer "none" means that it is locked. */
  async function readAgain(): Promise<Item> {
    const found = await read()
    if (found === null) throw new KeyringLocked()
    return found
  }

  async function write(item: Item): Promise<Item> {
    const text = textOf(item)
    await keychain.set(ITEM, text)
    const stored = await keychain.get(ITEM).catch(damaged)
    // Forgotten, or another program was faster, with changes that lack these.
    if (stored !== text) throw new Error('the keychain does not hold what was stored')
    return item
  }

  async function moved(item: Item, connectionId: string): Promise<Item> {
    if (item.moved.includes(connectionId)) return item
    const found = new Map<Account, string>()
    for (const account of accountsOf(connectionId)) {
      const secret = await keychain.get(account).catch(noneIfIncomplete)
      if (secret !== null) found.set(account, secret)
    }
    return withMoved(item, connectionId, found)
  }

  /** A failure changes no secret: it is tried again at the next start. */
  async function tidied(item: Item): Promise<Item> {
    if (item.leftover.length === 0) return item
    try {
      for (const account of item.leftover) await keychain.delete(account)
      return await write(withoutLeftover(item, item.leftover))
    } catch {
      return item
    }
  }

  return {
    async open({ mayAsk, last, isMade }) {
      const found = await read()
      if (found !== null) return found
      // Each read of a locked keyring may show a prompt: the old entry is not asked for in vain.
      const isOld = !isMade && (await keychain.get(PROOF)) !== null
      if (readsOnly && isOld) return emptyItem()
      if (!isOld && !mayAsk) throw new KeyringLocked()
      return write(last ?? emptyItem(isOld ? [PROOF] : []))
    },
    async change(changes) {
      const before = await readAgain()
      let item = before
      for (const id of new Set([...changes.keys()].map((account) => partsOf(account)[0])))
        item = await moved(item, id)
      const stored = await write(withChanges(item, changes))
      return item === before ? stored : tidied(stored)
    },
    async move(connectionId) {
      const before = await readAgain()
      const item = await moved(before, connectionId)
      return item === before ? item : tidied(await write(item))
    },
    async tidy() {
      return tidied(await readAgain())
    },
    async peek(account) {
      const secret = await keychain.get(account).catch(noneIfIncomplete)
      // Moved meanwhile.
      return secret ?? (await read())?.secrets[account] ?? null
    },
  }
}

function damaged(error: unknown): never {
  throw error instanceof IncompleteEntry ? new ItemDamaged() : error
}

function noneIfIncomplete(error: unknown): null {
  if (error instanceof IncompleteEntry) return null
  throw error
}
