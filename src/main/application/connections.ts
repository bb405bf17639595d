import type { Connection } from '../../shared/config.ts'
import type { Side } from '../../shared/errors.ts'
import { createChatraClient } from '../chatra/client.ts'
import type { ConnectionContext } from '../engine/context.ts'
import { SideGate } from '../engine/delivery/gate.ts'
import type { Clock, SideState } from '../engine/ports.ts'
import { createPlanfixClient, type PlanfixClient } from '../planfix/client.ts'
import type { SecretSource } from '../secrets/environment.ts'

/** One enabled connection with its clients and the state of both sides. */
export interface LiveConnection extends ConnectionContext {
  planfix: PlanfixClient
  /** What the owner has to provide before it can work. */
  missing: string[]
}

/** Makes the clients of a connection. A secret that is missing is said; nothing is sent without it. */
export async function openConnection(options: {
  settings: Connection
  secrets: SecretSource
  clock: Clock
  random: () => number
  changed(side: Side, state: SideState): void
  /** For tests. */
  timeoutMs?: number | undefined
}): Promise<LiveConnection> {
  const { settings, secrets, clock, random, changed } = options
  const [secretKey, token] = await Promise.all([
    secrets.get(settings.id, 'CHATRA_SECRET_KEY'),
    secrets.get(settings.id, 'PLANFIX_TOKEN'),
  ])
  const missing = [
    ...(secretKey === null ? [secrets.whereToPut(settings.id, 'CHATRA_SECRET_KEY')] : []),
    ...(token === null ? [secrets.whereToPut(settings.id, 'PLANFIX_TOKEN')] : []),
    ...(settings.webhookSecret === undefined ? ['webhookSecret'] : []),
  ]
  // Chatra's client counts its time-out by the computer's time; Planfix's by `clock`, whose ten seconds a fast test clock
  // shortens itself.
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }
  return {
    settings,
    missing,
    chatra: createChatraClient({ connection: settings, secretKey, now: () => clock.now(), ...timeout }),
    planfix: createPlanfixClient({ connection: settings, token, clock }),
    chatraGate: new SideGate(clock, random, (state) => changed('chatra', state)),
    planfixGate: new SideGate(clock, random, (state) => changed('planfix', state)),
  }
}
