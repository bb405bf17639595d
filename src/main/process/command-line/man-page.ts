import { ALWAYS } from './help.ts'
import {
  type CommandSpecification,
  type OptionSpecification,
  type ProgramSpecification,
  synopsis,
} from './specification.ts'

/** The page for `man`, section 1, in the language of man(7). */
export function manPage(program: ProgramSpecification, version: string): string {
  const { name, summary, commands, common, environment, notes } = program
  const alone = commands.filter((command) => command.name === '')
  const named = commands.filter((command) => command.name !== '')
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(summary)}`,
    '.SH SYNOPSIS',
    ...commands.flatMap((command) => [
      '.PP',
      `.B ${roff(`${name} ${synopsis({ ...command, options: [] })}`.trim())}`,
      '[options]',
    ]),
    ...(alone.length > 0 ? ['.SH DESCRIPTION', ...alone.flatMap(bodyOf)] : []),
    ...(named.length > 0 ? ['.SH COMMANDS'] : []),
    ...named.flatMap((command) => [`.SS ${roff(synopsis({ ...command, options: [] }))}`, ...bodyOf(command)]),
    `.SH ${named.length > 0 ? 'COMMON OPTIONS' : 'OPTIONS'}`,
    ...optionRows([...common, ...ALWAYS]),
    ...(environment.length > 0 ? ['.SH ENVIRONMENT'] : []),
    ...environment.flatMap(([variable, meaning]) => ['.TP', `.B ${roff(variable)}`, roff(meaning)]),
    '.SH NOTES',
    ...notes.split('\n\n').flatMap((paragraph) => ['.PP', roff(paragraph.replaceAll('\n', ' '))]),
    '.SH EXIT STATUS',
    '0 done, 1 not done or not started, 2 a wrong command line or configuration.',
    '',
  ].join('\n')
}

const bodyOf = ({ help, details, options }: CommandSpecification): string[] => [
  roff(help),
  ...(details ?? '')
    .split('\n\n')
    .filter((paragraph) => paragraph !== '')
    .flatMap((paragraph) => ['.PP', roff(paragraph.replaceAll('\n', ' '))]),
  ...optionRows(options),
]

const optionRows = (options: readonly OptionSpecification[]): string[] =>
  options.flatMap(({ name, value, help }) => [
    '.TP',
    value === undefined ? `.B ${roff(`--${name}`)}` : `.BI ${roff(`--${name}`)} " ${roff(value)}"`,
    roff(help),
  ])

/** A line that begins with a dot or an apostrophe would be a request. */
const roff = (text: string): string =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&')
