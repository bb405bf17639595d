import { ROLES, type Role } from '../../shared/api/access/roles.ts'
import { completionScript, SHELLS } from '../process/command-line/completion.ts'
import { commandHelp } from '../process/command-line/help.ts'
import { manPage } from '../process/command-line/man-page.ts'
import { type Given, parseCommandLine } from '../process/command-line/parse.ts'
import type { ProgramSpecification } from '../process/command-line/specification.ts'
import { type ServeOptions, serveOptions } from '../server/options.ts'
import { BRIDGE } from './program.ts'

/** A command on the data folder; `serve` is the server host's. */
export type Command =
  | { name: 'log'; json: boolean; follow: boolean }
  | { name: 'doctor'; json: boolean }
  | { name: 'probe'; json: boolean; yes: boolean; connection: string | undefined }
  | { name: 'retry' | 'separate'; id: number }
  | { name: 'export'; file: string; force: boolean }
  | { name: 'backup'; folder: string }
  | { name: 'restore'; from: string | undefined; yes: boolean }
  | { name: 'move'; to: string; undo: boolean }
  | { name: 'forget'; client: string; connection: string | undefined }
  | { name: 'rename'; from: string; to: string }
  | { name: 'connection add'; file: string }
  | { name: 'key add'; key: string; role: Role }
  | { name: 'key list' }
  | { name: 'secrets rotate' }
  | { name: 'key revoke'; key: string }

interface Place {
  dataDir: string | undefined
  config: string | undefined
  /** A file with environment variables, to be read before anything else. */
  envFile: string | undefined
  /** A PostgreSQL database that holds the data. */
  store: string | undefined
  masterKeyFile: string | undefined
}

/** `show`: the text to print instead of doing something. `wrong`: the error with the help that fits. */
export type CliOptions =
  | { show: string }
  | { wrong: string }
  | (Place & ({ serve: ServeOptions } | { command: Command }))

/** Parses the command line of `bridge`. `called`: the name by which it was started, where that is another one. */
export function parseCliOptions(version: string, args: string[], called?: string): CliOptions {
  const program = called === undefined ? BRIDGE : { ...BRIDGE, name: called }
  const given = parseCommandLine(program, version, args)
  if ('show' in given || 'wrong' in given) return given
  const { name } = given.command
  if (name === 'man') return { show: manPage(program, version) }
  if (name === 'completion') return completionOf(program, given)
  const place = {
    dataDir: given.text('data-dir'),
    config: given.text('config'),
    envFile: given.text('env-file'),
    store: given.text('store'),
    masterKeyFile: given.text('master-key-file'),
  }
  const read = name === 'serve' ? serveOptions(given) : commandOf(given)
  if (typeof read === 'string') return { wrong: `${read}\n\n${commandHelp(program, given.command)}` }
  return name === 'serve' ? { ...place, serve: read as ServeOptions } : { ...place, command: read as Command }
}

function completionOf(program: ProgramSpecification, { command, arguments: [wanted] }: Given): CliOptions {
  const shell = SHELLS.find((one) => one === wanted)
  return shell === undefined
    ? { wrong: `there is no completion for "${wanted}"\n\n${commandHelp(program, command)}` }
    : { show: completionScript(program, shell) }
}

/** The command as data; a string is the description of an error. */
function commandOf({ command, arguments: given, has, text }: Given): Command | string {
  const [first = '', second = ''] = given
  switch (command.name) {
    case 'log':
      return { name: 'log', json: has('json'), follow: has('follow') }
    case 'doctor':
      return doctorOf(has, text)
    case 'export':
      return { name: 'export', file: first, force: has('force') }
    case 'backup':
      return { name: 'backup', folder: first }
    case 'restore':
      return { name: 'restore', from: text('from'), yes: has('yes') }
    case 'move':
      return text('to') === undefined
        ? 'move needs --to: an address such as postgres://bridge@db.example/bridge, or a folder'
        : { name: 'move', to: text('to')!, undo: has('undo') }
    case 'forget':
      return { name: 'forget', client: first, connection: text('connection') }
    case 'rename':
      return first === second ? 'rename needs two different ids' : { name: 'rename', from: first, to: second }
    case 'connection add':
      return text('file') === undefined
        ? 'connection add needs --file FILE'
        : { name: 'connection add', file: text('file')! }
    case 'key add':
      return keyOf(first, text('role') ?? 'reader')
    case 'key list':
      return { name: 'key list' }
    case 'secrets rotate':
      return { name: 'secrets rotate' }
    case 'key revoke':
      return { name: 'key revoke', key: first }
    case 'retry':
    case 'separate':
      return numbered(command.name, first)
    default:
      return `there is no command "${command.name}"`
  }
}

/** `doctor --probe` is a command of its own; its options mean nothing without it. */
function doctorOf(has: Given['has'], text: Given['text']): Command | string {
  const [json, yes, connection] = [has('json'), has('yes'), text('connection')]
  if (has('probe')) return { name: 'probe', json, yes, connection }
  return yes || connection !== undefined
    ? 'doctor has --yes and --connection only with --probe'
    : { name: 'doctor', json }
}

function keyOf(key: string, wanted: string): Command | string {
  const role = ROLES.find((one) => one === wanted)
  return role === undefined
    ? `there is no role "${wanted}": reader, operator or owner`
    : { name: 'key add', key, role }
}

function numbered(name: 'retry' | 'separate', text: string): Command | string {
  const id = Number(text)
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(id) && id > 0) return { name, id }
  return `"${text}" is no ID of a ${name === 'separate' ? 'conversation' : 'message'}: take it from "log"`
}
