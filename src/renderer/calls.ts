import type { BridgeEvent, Direction, LogEntry, MessageState } from '../shared/domain.ts'
import type { Language } from './words.ts'

/** What `/api/status` tells; see server/interface/view.ts. */
export interface StatusView {
  language: Language
  storeFailing: string | null
  connections: ConnectionView[]
}
export interface ConnectionView {
  id: string
  name: string
  enabled: boolean
  missing: string[]
  chatra: SideView
  planfix: SideView
  budgetRemaining: number | null
  requestsToday: number
  counts: { states: Record<Direction, Record<MessageState, number>>; open: Record<Direction, number> }
  /** What the owner can do, in his language. */
  advice: string[]
}
export type SideView = { state: 'ok' } | { state: 'paused' | 'waiting'; until: number }
export type EventView = BridgeEvent & { id: number; text: string }

/** The browser has not shown the token of this start. */
export class NoAccess extends Error {}

async function ask<T>(path: string, init?: RequestInit): Promise<{ code: number; body: T }> {
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(10_000) })
  if (response.status === 401) throw new NoAccess()
  return { code: response.status, body: (await response.json()) as T }
}

async function get<T>(path: string): Promise<T> {
  const { code, body } = await ask<T>(path)
  if (code !== 200) throw new Error(`${path} answered ${code}`)
  return body
}

export const status = (): Promise<StatusView> => get('/api/status')
export const logAfter = async (seq: number) =>
  (await get<{ entries: LogEntry[] }>(`/api/log?afterSeq=${seq}&limit=500`)).entries
export const logBefore = async (seq: number | null) =>
  (await get<{ entries: LogEntry[] }>(`/api/log?limit=100${seq === null ? '' : `&beforeSeq=${seq}`}`)).entries
export const lastEvents = async () => (await get<{ events: EventView[] }>('/api/events?limit=30')).events

/** Whether it was done. */
export async function act(what: 'retry' | 'dismiss', id: string): Promise<boolean> {
  const { code } = await ask(`/api/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  })
  return code === 200
}
