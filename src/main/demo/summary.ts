import type { Account, Tally } from './delivery-counter.ts'
import { type Screen, tableOf } from './screen.ts'
import type { Check } from './setup.ts'

export interface Outcome {
  account: Account
  checks: readonly Check[]
  /** Requests that a correct client never sends, as recorded by the Planfix simulator. */
  violations: readonly string[]
  /** Why the demo stopped early; null when it was played to the end. */
  stopped: string | null
}

export function isGood({ account, checks, violations, stopped }: Outcome): boolean {
  const { total, leaked } = account
  const complete = total.sent > 0 && total.lost === 0 && total.doubled === 0 && leaked.length === 0
  return complete && violations.length === 0 && stopped === null && checks.every((check) => check.holds())
}

/** The table at the end: all its numbers were counted in the two services. */
export function printSummary(outcome: Outcome, screen: Screen): void {
  const { account, checks, violations, stopped } = outcome
  const mark = (good: boolean) => (good ? screen.paint('green', '✓') : screen.paint('red', '✗'))
  const row = (name: string, tally: Tally) => [
    name,
    ...[tally.sent, tally.arrived, tally.doubled, tally.lost].map((n) => String(n)),
  ]
  screen.line()
  screen.line(screen.paint('bold', '— Summary, counted in the two services'))
  const rows = Object.entries(account.rows).map(([name, tally]) => row(name, tally))
  const lines = tableOf([['', 'sent', 'arrived', 'doubled', 'lost'], ...rows, row('Total', account.total)])
  for (const line of lines) screen.line(`  ${line}`)
  screen.line(`  Internal notes: ${account.notes}, leaked to a client: ${account.leaked.length}`)
  screen.line()
  for (const check of checks) screen.line(`  ${mark(check.holds())} ${check.what}`)
  const bad = (what: string, texts: readonly string[]) => {
    for (const text of texts) screen.line(screen.paint('red', `  ${what}: ${text}`))
  }
  bad('LOST', account.lost)
  bad('DOUBLED', account.doubled)
  bad('LEAKED', account.leaked)
  bad('REFUSED BY PLANFIX', violations)
  bad('THE STORY BROKE OFF', stopped === null ? [] : [stopped])
  screen.line()
  screen.line(
    isGood(outcome)
      ? screen.paint('green', `Every message arrived exactly once.`)
      : screen.paint('red', 'Something is wrong: see above.'),
  )
}
