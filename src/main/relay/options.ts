import { address } from '../../shared/setup/address.ts'
import { completionScript, SHELLS } from '../process/command-line/completion.ts'
import { commandHelp } from '../process/command-line/help.ts'
import { manPage } from '../process/command-line/man-page.ts'
import { type Given, parseCommandLine } from '../process/command-line/parse.ts'
import { RELAY } from './program.ts'

export type RelayCommand =
  | {
      name: 'run'
      /** 0 = any free port. */
      port: number
      host: string
      publicUrl: string | null
      tls: { certFile: string; keyFile: string } | null
      proxies: string[]
      quota: { events: number; bytes: number }
      keepDays: number
    }
  | { name: 'pair' | 'pairs' }
  | { name: 'unpair'; device: string }
export type RelayOptions = { command: RelayCommand; dataDir: string | undefined }

const NUMBERS = {
  port: [8787, 0, 65_535],
  'max-events': [50_000, 1, 10_000_000],
  'max-mb': [500, 1, 1_000_000],
  'keep-days': [14, 1, 365],
} as const

/**
 * Parses the command line. `called`: the name by which it was started. `show`: the text to print instead. `wrong`: the error with the help
 * that fits.
 */
export function parseRelayOptions(
  version: string,
  args: string[],
  called = RELAY.name,
): RelayOptions | { show: string } | { wrong: string } {
  const program = { ...RELAY, name: called }
  const given = parseCommandLine(program, version, args)
  if ('show' in given || 'wrong' in given) return given
  const { name } = given.command
  if (name === 'man') return { show: manPage(program, version) }
  const shell = SHELLS.find((one) => one === given.arguments[0])
  if (name === 'completion' && shell !== undefined) return { show: completionScript(program, shell) }
  const command = commandOf(given)
  return typeof command === 'string'
    ? { wrong: `${command}\n\n${commandHelp(program, given.command)}` }
    : { command, dataDir: given.text('data-dir') }
}

function commandOf(given: Given): RelayCommand | string {
  const { name } = given.command
  const [first = ''] = given.arguments
  if (name === 'unpair') return { name, device: first }
  if (name === 'pair' || name === 'pairs') return { name }
  return name === '' ? runOf(given) : `there is no completion for "${first}"`
}

function runOf({ text, texts }: Given): RelayCommand | string {
  for (const [name, [, least, most]] of Object.entries(NUMBERS)) {
    const value = text(name)
    if (value !== undefined && !(/^\d{1,8}$/.test(value) && Number(value) >= least && Number(value) <= most))
      return `--${name} must be a number from ${least} to ${most}, not "${value}"`
  }
  const number = (name: keyof typeof NUMBERS) => Number(text(name) ?? NUMBERS[name][0])
  const certFile = text('tls-cert')
  const keyFile = text('tls-key')
  if ((certFile === undefined) !== (keyFile === undefined)) return '--tls-cert and --tls-key belong together'
  const publicUrl = text('public')
  const url = publicUrl === undefined ? null : address.safeParse(publicUrl)
  if (url?.success === false) return `--public ${url.error.issues[0]?.message}`
  return {
    name: 'run',
    port: number('port'),
    host: text('host') ?? '127.0.0.1',
    publicUrl: url?.data ?? null,
    tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : null,
    proxies: texts('proxy'),
    quota: { events: number('max-events'), bytes: number('max-mb') * 1024 * 1024 },
    keepDays: number('keep-days'),
  }
}
