import { parseArgs } from 'node:util'
import { errorMessage } from '../../shared/node-errors.ts'

/** Deliberate faults of the simulators, to show that the summary really counts. */
export type Sabotage = 'lose-reply' | 'double-reply' | 'leak-note'
const SABOTAGES: readonly Sabotage[] = ['lose-reply', 'double-reply', 'leak-note']

export interface DemoOptions {
  /** Play, summarise and end. */
  once: boolean
  sabotage: Sabotage | null
}

export const USAGE = `Usage: npm run demo [-- --once]

Starts the bridge between a simulated Chatra and a simulated Planfix, plays a conversation and goes on
running, with pages to type into, until Ctrl+C. No account is needed and nothing leaves this computer.

  --once   play, print the summary and end: exit code 0 when every message arrived once, 1 otherwise
  --help   this text

The environment variable BRIDGE_DEMO_BREAK makes the simulators spoil one message behind the bridge's back,
so that the summary has something to find: lose-reply, double-reply or leak-note.
`

/** Parses the command line; a string is the description of an error, `null` = help was requested. */
export function parseDemoOptions(
  args: string[],
  environment: NodeJS.ProcessEnv,
): DemoOptions | string | null {
  let values: { once?: boolean; help?: boolean }
  try {
    values = parseArgs({
      args,
      options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    return errorMessage(error)
  }
  if (values.help === true) return null
  const wanted = environment.BRIDGE_DEMO_BREAK?.trim() || null
  const sabotage = SABOTAGES.find((one) => one === wanted) ?? null
  if (wanted !== null && sabotage === null) {
    return `BRIDGE_DEMO_BREAK must be one of ${SABOTAGES.join(', ')}, not "${wanted}"`
  }
  return { once: values.once === true, sabotage }
}
