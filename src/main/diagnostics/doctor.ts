import { accessChecks } from './access-checks.ts'
import { accountChecks } from './account-checks.ts'
import { aroundChecks } from './around-checks.ts'
import { type Check, type ConnectionContext, type ProgramContext, type Report, skipped } from './check.ts'
import { programChecks } from './program-checks.ts'

export const connectionChecks: readonly Check<ConnectionContext>[] = [
  ...accessChecks,
  ...accountChecks,
  ...aroundChecks,
]

/** Asks everything in order of number, connection by connection; findings come one by one, as they are made. */
export async function* examine(
  program: ProgramContext,
  connections: readonly ConnectionContext[],
): AsyncGenerator<Report> {
  for (const check of programChecks) yield await ask(check, program, null)
  for (const context of connections) {
    const { id, enabled } = context.connection
    for (const check of connectionChecks) {
      if (enabled) yield await ask(check, context, id)
      else {
        const { id: number, title } = check
        yield { id: number, connection: id, title, ...skipped('the connection is switched off') }
      }
    }
  }
}

async function ask<C>(check: Check<C>, context: C, connection: string | null): Promise<Report> {
  const { result, detail, todo } = await check.run(context)
  return { id: check.id, connection, title: check.title, result, detail, todo }
}
