import { parseArgs } from 'node:util'
import { address } from '../../shared/config.ts'
import { errorMessage } from '../../shared/node-errors.ts'

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
export type RelayOptions = RelayCommand & { dataDir: string | undefined }

export const USAGE = `Usage: npm run relay -- [COMMAND] [options]

Without a command: keeps what Chatra and Planfix send until a paired computer fetches it, until it is stopped (Ctrl+C).

  pair           prints a code with which one computer is paired; it works once, within 15 minutes
  pairs          lists the paired computers
  unpair ID      forgets one of them

  --data-dir DIR      where everything is kept (default: this system's folder for application data)
  --port N            port to listen on (default: 8787)
  --host H            address to listen on (default: 127.0.0.1; 0.0.0.0 = every network)
  --public URL        the https address under which the internet reaches the relay
  --tls-cert FILE     certificate with its chain (PEM), where no proxy in front of the relay does this
  --tls-key FILE      its private key (PEM)
  --proxy ADDRESS     a proxy or network in front of the relay, e.g. 172.16.0.0/12; may be given several times
  --max-events N      how many messages are kept for one connection (default: 50000)
  --max-mb N          how many megabytes of them (default: 500)
  --keep-days N       how long they wait for a computer (default: 14)
  --help              this text
`

const TEXTS = ['data-dir', 'host', 'public', 'tls-cert', 'tls-key'] as const
const NUMBERS = {
  port: [8787, 0, 65_535],
  'max-events': [50_000, 1, 10_000_000],
  'max-mb': [500, 1, 1_000_000],
  'keep-days': [14, 1, 365],
} as const

/** Parses the command line; a string is the description of an error. `null` = help was requested. */
export function parseRelayOptions(args: string[]): RelayOptions | string | null {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return errorMessage(error)
  }
  const { values, positionals } = parsed
  if (values.help === true) return null
  for (const name of TEXTS) if (values[name]?.trim() === '') return `--${name} needs a value`
  for (const [name, [, least, most]] of Object.entries(NUMBERS)) {
    const text = values[name as keyof typeof NUMBERS]
    if (text !== undefined && !(/^\d{1,8}$/.test(text) && Number(text) >= least && Number(text) <= most))
      return `--${name} must be a number from ${least} to ${most}, not "${text}"`
  }
  const command = commandOf(values, positionals)
  return typeof command === 'string' ? command : { ...command, dataDir: values['data-dir'] }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      'data-dir': text,
      host: text,
      public: text,
      'tls-cert': text,
      'tls-key': text,
      port: text,
      'max-events': text,
      'max-mb': text,
      'keep-days': text,
      proxy: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  })
}

type Values = ReturnType<typeof parse>['values']

function commandOf(values: Values, [name = 'run', ...rest]: string[]): RelayCommand | string {
  if (name === 'unpair') {
    const [device] = rest
    return device !== undefined && rest.length === 1
      ? { name, device }
      : 'unpair needs the ID of a computer: see pairs'
  }
  if (rest.length > 0) return `there is no use for "${rest[0]}"`
  if (name === 'pair' || name === 'pairs') return { name }
  return name === 'run' ? runOf(values) : `there is no command "${name}"`
}

function runOf(values: Values): RelayCommand | string {
  const number = (name: keyof typeof NUMBERS) => Number(values[name] ?? NUMBERS[name][0])
  const { 'tls-cert': certFile, 'tls-key': keyFile } = values
  if ((certFile === undefined) !== (keyFile === undefined)) return '--tls-cert and --tls-key belong together'
  const url = values.public === undefined ? null : address.safeParse(values.public)
  if (url?.success === false) return `--public ${url.error.issues[0]?.message}`
  return {
    name: 'run',
    port: number('port'),
    host: values.host ?? '127.0.0.1',
    publicUrl: url?.data ?? null,
    tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : null,
    proxies: values.proxy ?? [],
    quota: { events: number('max-events'), bytes: number('max-mb') * 1024 * 1024 },
    keepDays: number('keep-days'),
  }
}
