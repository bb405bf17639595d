import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { errorMessage } from '../../../shared/node-errors.ts'
import { commandHelp, usage } from './help.ts'
import type { CommandSpecification, ProgramSpecification } from './specification.ts'

export interface Given {
  command: CommandSpecification
  /** One for each of the command's arguments. */
  arguments: readonly string[]
  /** Value of an option; undefined = it was not given. */
  text(option: string): string | undefined
  /** All values of an option that may be given several times. */
  texts(option: string): string[]
  has(option: string): boolean
}

/** `show`: the text to print instead of doing something. `wrong`: the error with the help that fits. */
export type Parsed = Given | { show: string } | { wrong: string }

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>

/** Reads a command line. Never throws; a value of an option may be anything but empty. */
export function parseCommandLine(program: ProgramSpecification, version: string, args: string[]): Parsed {
  let values: Values
  let positionals: string[]
  try {
    const parsed = parseArgs({ args, allowPositionals: true, options: everyOption(program) })
    values = parsed.values
    positionals = parsed.positionals
  } catch (error) {
    const command = named(program, args)
    return { wrong: `${errorMessage(error)}\n\n${command ? commandHelp(program, command) : usage(program)}` }
  }
  const command = named(program, positionals)
  if (values.version === true) return { show: `${program.name} ${version}\n` }
  if (values.help === true || positionals[0] === 'help') {
    const wanted = positionals[0] === 'help' ? named(program, positionals.slice(1)) : command
    return { show: wanted === null || wanted.name === '' ? usage(program) : commandHelp(program, wanted) }
  }
  if (command === null) {
    const [name] = positionals
    const wrong = name === undefined ? 'a command is missing' : `there is no command "${name}"`
    return { wrong: `${wrong}\n\n${usage(program)}` }
  }
  const given = positionals.slice(command.name === '' ? 0 : command.name.split(' ').length)
  const wrong = problemOf(program, command, given, values)
  if (wrong !== null) return { wrong: `${wrong}\n\n${commandHelp(program, command)}` }
  const list = (option: string) => [values[option] ?? []].flat().filter((one) => typeof one === 'string')
  return {
    command,
    arguments: given,
    text: (option) => list(option)[0],
    texts: list,
    has: (option) => values[option] !== undefined,
  }
}

/** The command that the words begin with, the longest name first; the one without a name where there are none. */
function named({ commands }: ProgramSpecification, words: readonly string[]): CommandSpecification | null {
  const found = commands
    .filter(({ name }) => name !== '' && words.slice(0, name.split(' ').length).join(' ') === name)
    .toSorted((one, other) => other.name.length - one.name.length)[0]
  return found ?? (words.length === 0 ? (commands.find(({ name }) => name === '') ?? null) : null)
}

function problemOf(
  { common }: ProgramSpecification,
  command: CommandSpecification,
  given: readonly string[],
  values: Values,
): string | null {
  const { name, arguments: wanted } = command
  const its = [...command.options, ...common]
  const stray = Object.keys(values).find((option) => !its.some((one) => one.name === option))
  if (stray !== undefined) return `${name || 'this'} has no option --${stray}`
  for (const [at, { what }] of wanted.entries()) if (!given[at]?.trim()) return `${name} needs ${what}`
  const extra = given[wanted.length]
  if (extra !== undefined) return `${name} takes no further argument ("${extra}")`
  for (const [option, value] of Object.entries(values)) {
    if ([value].flat().some((one) => typeof one === 'string' && one.trim() === ''))
      return `--${option} needs a value`
  }
  return null
}

function everyOption({ commands, common }: ProgramSpecification): ParseArgsOptionsConfig {
  const options = [...common, ...commands.flatMap((command) => command.options)]
  return {
    ...Object.fromEntries(
      options.map(({ name, short, value, isMultiple }) => [
        name,
        {
          type: value === undefined ? 'boolean' : 'string',
          multiple: isMultiple === true,
          ...(short && { short }),
        } as const,
      ]),
    ),
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
  }
}
