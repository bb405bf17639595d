import { z } from 'zod'
import type { Store } from './ports.ts'

/**
 * What `doctor --probe` learned about a connection's Planfix account (docs/architecture.md, "Probing an account"): the
 * position of each question that was answered. Facts that the engine also learns by itself are stored under their own
 * keys beside it (probe-facts.ts).
 */
export interface Probed {
  /** Milliseconds since 1970. */
  at: number
  /** Of the program that asked. */
  version: string
  /** The account that was asked: facts say nothing about another one. */
  baseUrl: string
  positions: Readonly<Record<string, string>>
  /** Number of questions, with those that have no answer. */
  asked: number
  /** The account's local digits minus UTC, milliseconds; null = not learned. */
  zoneMs: number | null
}

const probed = z.object({
  at: z.number(),
  version: z.string(),
  baseUrl: z.string(),
  positions: z.record(z.string(), z.string()),
  asked: z.number(),
  zoneMs: z.number().nullable(),
})

/** Key of the fact. */
export const PROBED = 'probed'

interface Account {
  id: string
  planfix: { baseUrl: string }
}

/** Null when the connection was never probed, or with another account. */
export async function probedOf(store: Pick<Store, 'fact'>, connection: Account): Promise<Probed | null> {
  const parsed = probed.safeParse(await store.fact<unknown>(connection.id, PROBED))
  return parsed.success && parsed.data.baseUrl === connection.planfix.baseUrl ? parsed.data : null
}

/** Whether lists of these objects are known to carry our source ids: then one without an id is not ours. */
export async function listsCarryIds(
  store: Pick<Store, 'fact'>,
  connection: Account,
  kind: 'task' | 'contact',
): Promise<boolean> {
  const known = await probedOf(store, connection)
  return known?.positions[`${kind}-list-source`] === 'filled'
}

/** Fact of a connection: lists of comments contain our source ids. */
export const SEES_COMMENT_IDS = 'seesCommentIds'
/** Fact of a connection: false when a task of ours was listed without its id, against what the probe found. */
export const SEES_TASK_IDS = 'seesTaskIds'
