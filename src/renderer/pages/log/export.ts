import type { LogFilter } from '../../../shared/api/log.ts'
import type { Answer } from '../../../shared/api.ts'
import type { BridgeClient } from '../../client/client.ts'

export type ExportFormat = 'csv' | 'json'

/**
 * All messages of the filter as one file, read part by part, oldest first. `progress` is called with the last
 * id; null when `signal` cancelled it.
 */
export async function exported(
  bridge: Pick<BridgeClient, 'call'>,
  filter: LogFilter,
  format: ExportFormat,
  progress: (upToId: number) => void,
  signal: AbortSignal,
): Promise<Answer<Blob> | null> {
  const parts: string[] = []
  let afterId: number | null = 0
  while (afterId !== null) {
    const part: Awaited<ReturnType<typeof ask>> = await ask(afterId)
    if (signal.aborted) return null
    if (!part.ok) return part
    parts.push(part.value.text)
    afterId = part.value.next
    if (afterId !== null) progress(afterId)
  }
  const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json'
  return { ok: true, value: new Blob(parts, { type }) }

  function ask(id: number) {
    return bridge.call('log.export', { filter, format, afterId: id })
  }
}
