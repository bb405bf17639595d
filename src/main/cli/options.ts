import { parseArgs } from 'node:util'
import { errorMessage } from '../../shared/node-errors.ts'

export type Command =
  | { name: 'log'; json: boolean; follow: boolean }
  | { name: 'doctor'; json: boolean }
  | { name: 'retry'; id: number }
  | { name: 'separate'; id: number }
  | { name: 'export'; file: string; force: boolean }
  | { name: 'restore'; from: string | undefined; yes: boolean }
  | { name: 'forget'; client: string; connection: string | undefined }
  | { name: 'rename'; from: string; to: string }

export interface CliOptions {
  command: Command
  dataDir: string | undefined
  config: string | undefined
}

export const USAGE = `Usage: npm run bridge -- COMMAND [--data-dir DIR] [--config FILE]

  log [--json] [--follow]   what happened to each message, oldest first; --follow goes on until Ctrl+C
  doctor [--json]           checks everything and says what to do; exit code 1 when something fails
  retry ID                  sends a failed, uncertain or dismissed message again
  separate ID               takes a conversation apart again that was joined with another one
  export FILE [--force]     writes the configuration without its secrets
  restore [--from FILE] [--yes]
                            puts the backup (or FILE) in the place of the data file; without --yes it only
                            says what would be lost
  forget CLIENT [--connection ID]
                            removes all words, names and addresses of a client (Chatra's id, or an e-mail
                            address) from data, journal and backups
  rename OLD NEW            gives everything of connection OLD to connection NEW, whose id was changed in the
                            configuration

  --data-dir DIR   the data folder of the bridge (default: the same as of npm run serve)
  --config FILE    the configuration (default: config.json in the data folder)
  --help           this text

Works also while the bridge is running; restore --yes, forget and rename want it stopped.
`

const FLAGS: Record<string, readonly string[]> = {
  log: ['json', 'follow'],
  doctor: ['json'],
  retry: [],
  separate: [],
  export: ['force'],
  restore: ['from', 'yes'],
  forget: ['connection'],
  rename: [],
}
/** The number of arguments of a command, and the name of each. */
const ARGUMENTS: Record<string, readonly string[]> = {
  log: [],
  doctor: [],
  retry: ['the ID of a message'],
  separate: ['the ID of a conversation'],
  export: ['a FILE'],
  restore: [],
  forget: ['a CLIENT'],
  rename: ['the OLD id', 'the NEW id'],
}
const OPTIONS = ['json', 'follow', 'force', 'yes', 'from', 'connection']

/** Parses the command line; a string is the description of an error. `null` = help was requested. */
export function parseCliOptions(args: string[]): CliOptions | string | null {
  let parsed: { values: { [name: string]: string | boolean | undefined }; positionals: string[] }
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string' },
        config: { type: 'string' },
        json: { type: 'boolean' },
        follow: { type: 'boolean' },
        force: { type: 'boolean' },
        yes: { type: 'boolean' },
        from: { type: 'string' },
        connection: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return errorMessage(error)
  }
  const { values, positionals } = parsed
  if (values.help === true) return null
  const [name, ...given] = positionals
  if (name === undefined) return 'a command is missing'
  const flags = FLAGS[name]
  const wanted = ARGUMENTS[name]
  if (!flags || !wanted) return `there is no command "${name}"`
  const stray = OPTIONS.find((flag) => values[flag] !== undefined && !flags.includes(flag))
  if (stray) return `${name} has no option --${stray}`
  const missing = wanted.find((_what, at) => given[at] === undefined || given[at] === '')
  if (missing !== undefined) return `${name} needs ${missing}`
  const text = (option: string) => (typeof values[option] === 'string' ? values[option] : undefined)
  for (const option of ['data-dir', 'config', 'from', 'connection']) {
    if (text(option)?.trim() === '') return `--${option} needs a value`
  }
  const command = commandOf(name, given, { has: (flag) => values[flag] === true, text })
  if (typeof command === 'string') return command
  const extra = given[wanted.length]
  if (extra !== undefined) return `${name} takes no further argument ("${extra}")`
  return { command, dataDir: text('data-dir'), config: text('config') }
}

function commandOf(
  name: string,
  [first = '', second = '']: readonly string[],
  { has, text }: { has(flag: string): boolean; text(option: string): string | undefined },
): Command | string {
  if (name === 'log') return { name, json: has('json'), follow: has('follow') }
  if (name === 'doctor') return { name, json: has('json') }
  if (name === 'export') return { name, file: first, force: has('force') }
  if (name === 'restore') return { name, from: text('from'), yes: has('yes') }
  if (name === 'forget') return { name, client: first, connection: text('connection') }
  if (name === 'rename') {
    return first === second ? 'rename needs two different ids' : { name, from: first, to: second }
  }
  const what = name === 'separate' ? 'conversation' : 'message'
  const id = Number(first)
  if (!/^\d{1,16}$/.test(first) || !Number.isSafeInteger(id) || id <= 0)
    return `"${first}" is no ID of a ${what}: take it from "log"`
  return name === 'separate' ? { name, id } : { name: 'retry', id }
}
