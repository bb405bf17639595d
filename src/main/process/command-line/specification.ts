/**
 * What a program's command line is. Parsing, help, completion and the man page are made from the same description,
 * so that none of them can know an option that the others do not.
 */
export interface OptionSpecification {
  /** Without the dashes. */
  name: string
  /** One letter, without the dash. */
  short?: string
  /** Name of its value in help; absent = a switch. */
  value?: string
  /** May be given several times. */
  isMultiple?: boolean
  /** What a shell completes the value with. */
  completes?: 'file' | 'folder' | readonly string[]
  help: string
}

interface ArgumentSpecification {
  /** As shown in help: `ID`. */
  name: string
  /** For the error when it is missing: `the ID of a message`. */
  what: string
  completes?: 'file' | 'folder' | readonly string[]
}

export interface CommandSpecification {
  /** One or two words; empty = the program without a command. */
  name: string
  arguments: readonly ArgumentSpecification[]
  options: readonly OptionSpecification[]
  /** One sentence. */
  help: string
  /** More, for `--help` of the command and for the man page. */
  details?: string
}

export interface ProgramSpecification {
  /** Of the executable: `bridge`. */
  name: string
  /** How it is started in a checkout: `npm run bridge --`. */
  inCheckout: string
  /** One line, for the man page. */
  summary: string
  commands: readonly CommandSpecification[]
  /** Options of every command. */
  common: readonly OptionSpecification[]
  /** Environment variables with their meaning. */
  environment: readonly (readonly [name: string, meaning: string])[]
  /** What remains to be said, in paragraphs. */
  notes: string
}

/** `--name VALUE`, as in help. */
export const written = ({ name, short, value }: OptionSpecification): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`

/** `retry ID [--json]`, without the name of the program. */
export function synopsis({ name, arguments: wanted, options }: CommandSpecification): string {
  const parts = [name, ...wanted.map((one) => one.name), ...options.map((one) => `[--${one.name}]`)]
  return parts.filter((part) => part !== '').join(' ')
}
