import { parseArgs } from 'node:util'

export type Command =
  | { name: 'log'; json: boolean; follow: boolean }
  | { name: 'doctor'; json: boolean }
  | { name: 'retry'; id: number }
  | { name: 'separate'; id: number }
  | { name: 'export'; file: string; force: boolean }

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

  --data-dir DIR   the data folder of the bridge (default: the same as of npm run serve)
  --config FILE    the configuration (default: config.json in the data folder)
  --help           this text

Works also while the bridge is running.
`

const FLAGS: Record<string, readonly string[]> = {
  log: ['json', 'follow'],
  doctor: ['json'],
  retry: [],
  separate: [],
  export: ['force'],
}

/** Reads the command line; a string says what is wrong with it. `null` = help was asked for. */
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
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const { values, positionals } = parsed
  if (values.help === true) return null
  const [name, argument, ...rest] = positionals
  if (name === undefined) return 'a command is missing'
  const flags = FLAGS[name]
  if (!flags) return `there is no command "${name}"`
  const stray = ['json', 'follow', 'force'].find((flag) => values[flag] === true && !flags.includes(flag))
  if (stray) return `${name} has no option --${stray}`
  const command = commandOf(name, argument, (flag) => values[flag] === true)
  if (typeof command === 'string') return command
  const extra = ['retry', 'separate', 'export'].includes(name) ? rest[0] : argument
  if (extra !== undefined) return `${name} takes no further argument ("${extra}")`
  const text = (option: string) => (typeof values[option] === 'string' ? values[option] : undefined)
  for (const option of ['data-dir', 'config']) {
    if (text(option)?.trim() === '') return `--${option} needs a value`
  }
  return { command, dataDir: text('data-dir'), config: text('config') }
}

function commandOf(
  name: string,
  argument: string | undefined,
  flag: (name: string) => boolean,
): Command | string {
  if (name === 'log') return { name, json: flag('json'), follow: flag('follow') }
  if (name === 'doctor') return { name, json: flag('json') }
  const what = name === 'retry' ? 'message' : name === 'separate' ? 'conversation' : null
  if (argument === undefined || argument === '')
    return what === null ? 'export needs a FILE' : `${name} needs the ID of a ${what}`
  if (name === 'export') return { name, file: argument, force: flag('force') }
  const id = Number(argument)
  if (!/^\d{1,16}$/.test(argument) || !Number.isSafeInteger(id) || id <= 0)
    return `"${argument}" is no ID of a ${what}: take it from "log"`
  return name === 'separate' ? { name, id } : { name: 'retry', id }
}
