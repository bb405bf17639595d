import { bridgeError, fail, type Result, type Side } from '../../shared/errors.ts'
import type { ChatraApi, PlanfixApi, PlanfixChannel } from '../engine/ports.ts'

/** Calls that write. Reads are always allowed. */
export const CHATRA_WRITES = ['send', 'edit', 'remove'] as const satisfies readonly (keyof ChatraApi)[]
export const PLANFIX_WRITES = [
  'createContact',
  'updateContact',
  'createTask',
  'updateTask',
  'addComment',
  'deleteComment',
  'addContactComment',
  'addVisitTag',
  'fileFromUrl',
] as const satisfies readonly (keyof PlanfixApi)[]

export const CHANNEL_WRITES = ['message', 'status'] as const satisfies readonly (keyof PlanfixChannel)[]

/**
 * The same client, whose writes are refused while another computer may be active: certainly not sent, to be
 * tried again later. This is the last check before each call, for a process that was suspended between a
 * decision and its call.
 */
export function withWriteGuard<T extends object, N extends keyof T>(
  client: T,
  names: readonly N[],
  { side, mayWrite }: { side: Side; mayWrite: () => boolean },
): T {
  const guarded = names.map((name) => {
    const call = client[name] as (...args: unknown[]) => Promise<Result<unknown>>
    const write = async (...args: unknown[]) =>
      mayWrite()
        ? call.apply(client, args)
        : fail(bridgeError(side, 'failing', 'this computer is on standby'))
    return [name, write]
  })
  return { ...client, ...Object.fromEntries(guarded) }
}
