import { errorMessage } from '../../shared/node-errors.ts'
import { accessChecks } from './access-checks.ts'
import { accountChecks, emailChecks } from './account-checks.ts'
import { channelChecks } from './channel-checks.ts'
import {
  type Check,
  type ConnectionProbes,
  type ProgramContext,
  type Report,
  say,
  skipped,
  warning,
} from './check.ts'
import { environmentChecks } from './environment-checks.ts'
import { probeChecks } from './probe-checks.ts'
import { programChecks } from './program-checks.ts'
import { tunnelChecks } from './tunnel-checks.ts'

const wholeChecks: readonly Check<ProgramContext>[] = [...programChecks, ...tunnelChecks]

export const connectionChecks: readonly Check<ConnectionProbes>[] = [
  ...accessChecks,
  ...accountChecks,
  ...environmentChecks,
  ...emailChecks,
  ...channelChecks,
  ...probeChecks,
]

/** Number of findings for this many connections. */
export const totalChecks = (connections: number): number =>
  wholeChecks.length + connections * connectionChecks.length

/**
 * Runs all checks in order of number, connection by connection; findings come one by one, as they are made.
 */
export async function* examine(
  program: ProgramContext,
  connections: readonly ConnectionProbes[],
): AsyncGenerator<Report> {
  yield* examineProgram(program)
  for (const context of connections) yield* examineConnection(context)
}

export async function* examineProgram(program: ProgramContext): AsyncGenerator<Report> {
  for (const check of wholeChecks) yield await ask(check, program, null)
}

/** A connection that is switched off is not checked. */
export async function* examineConnection(context: ConnectionProbes): AsyncGenerator<Report> {
  const { id: connection, enabled } = context.connection
  for (const check of connectionChecks) {
    if (enabled) yield await ask(check, context, connection)
    else yield { id: check.id, connection, title: check.title, ...skipped(say('diagnostics.detail.off')) }
  }
}

/** A check that throws is a finding too: the other checks still run. */
async function ask<C>(check: Check<C>, context: C, connection: string | null): Promise<Report> {
  const { id, title } = check
  try {
    const { result, detail, todo } = await check.run(context)
    return { id, connection, title, result, detail, todo }
  } catch (error) {
    const text = errorMessage(error)
    return { id, connection, title, ...warning(say('diagnostics.detail.bug', { text }), null) }
  }
}
