import {
  type CommandSpecification,
  type OptionSpecification,
  type ProgramSpecification,
  synopsis,
  written,
} from './specification.ts'

const WIDTH = 100
/** Where the explanations begin. */
const COLUMN = 24

/** All commands of a program, a line each, with what is common to them. */
export function usage(program: ProgramSpecification): string {
  const { name, inCheckout, commands, common, environment, notes } = program
  const alone = commands.filter((command) => command.name === '')
  const others = commands.filter((command) => command.name !== '')
  return paragraphs([
    `Usage: ${name} ${alone.length > 0 ? '[COMMAND]' : 'COMMAND'} [options]      (in a checkout: ${inCheckout} …)`,
    alone.map((command) => wrapped(command.help)).join('\n'),
    others.map((command) => row(shortSynopsis(command), command.help)).join('\n'),
    optionRows([...alone.flatMap(({ options }) => options), ...common, ...ALWAYS]),
    environment.map(([variable, meaning]) => row(variable, meaning)).join('\n'),
    notes.split('\n\n').map(wrapped).join('\n\n'),
  ])
}

/** One command with all its options. */
export function commandHelp(program: ProgramSpecification, command: CommandSpecification): string {
  if (command.name === '') return usage(program)
  const { name, inCheckout, common } = program
  return paragraphs([
    `Usage: ${name} ${shortSynopsis(command)} [options]      (in a checkout: ${inCheckout} …)`,
    wrapped(command.help),
    (command.details ?? '').split('\n\n').map(wrapped).join('\n\n'),
    optionRows([...command.options, ...common, ...ALWAYS]),
  ])
}

export const ALWAYS: readonly OptionSpecification[] = [
  { name: 'help', help: 'this text; after a command: about that command' },
  { name: 'version', help: 'the version of the program' },
]

const shortSynopsis = (command: CommandSpecification) => synopsis({ ...command, options: [] })
const paragraphs = (parts: readonly string[]) => `${parts.filter((part) => part !== '').join('\n\n')}\n`
const optionRows = (options: readonly OptionSpecification[]) =>
  options.map((option) => row(written(option), option.help)).join('\n')

function row(term: string, meaning: string): string {
  const [first = '', ...rest] = wrap(meaning, WIDTH - COLUMN)
  const begin = `  ${term}`
  const head =
    begin.length < COLUMN - 1 ? begin.padEnd(COLUMN) + first : `${begin}\n${' '.repeat(COLUMN)}${first}`
  return [head, ...rest.map((line) => ' '.repeat(COLUMN) + line)].join('\n')
}

const wrapped = (text: string): string =>
  text
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, WIDTH)))
    .join('\n')

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
