import type { Account, Source } from '../state.ts'
import { refuse } from './routing.ts'

type Kind = 'task' | 'contact' | 'comment'

const keyOf = (kind: Kind, source: Source) =>
  `${kind} ${kind === 'comment' ? (source.sourceId ?? '') : ''} ${source.sourceObjectId}`

/**
 * The source in a body; `sourceId` counts for comments, and elsewhere according to `source-id-on-task-write`.
 */
export function sourceOf(account: Account, kind: Kind, body: Record<string, unknown>): Source {
  const source: Source = {}
  const position = account.switches['source-id-on-task-write']
  if (body.sourceId !== undefined) {
    if (kind === 'comment' || position === 'stored') source.sourceId = body.sourceId as string
    else if (position === '400-code41') refuse(400, 41, 'body.sourceId: value not allowed')
  }
  if (body.sourceObjectId !== undefined) source.sourceObjectId = body.sourceObjectId as string
  if (body.sourceDataVersion !== undefined) source.sourceDataVersion = body.sourceDataVersion as string
  return source
}

/** The id that an equal source already has, when the switch `source-dedup` uses it. */
export function knownBySource(account: Account, kind: Kind, source: Source): number | undefined {
  if (source.sourceObjectId === undefined) return undefined
  const position = account.switches['source-dedup']
  if (position === 'none') return undefined
  const known = account.bySource.get(keyOf(kind, source))
  if (known !== undefined && position === '400-code41') {
    refuse(400, 41, `sourceObjectId ${source.sourceObjectId} is already used`)
  }
  return known
}

export function rememberSource(account: Account, kind: Kind, source: Source, id: number): void {
  if (source.sourceObjectId !== undefined) account.bySource.set(keyOf(kind, source), id)
}
