import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import packageFile from '../../../package.json' with { type: 'json' }
import { errorCode } from '../../shared/node-errors.ts'
import { isStoreError, type StoreError } from '../../shared/store-error.ts'
import { NotANetwork } from '../http/client-ip.ts'
import { createLog } from '../process/log.ts'
import { endWith, stopOnSignals } from '../process/shutdown.ts'
import { defaultDataDir } from '../settings/data-dir.ts'
import { createRedactor } from '../settings/redact.ts'
import { parseRelayOptions, type RelayCommand } from './options.ts'
import { offerCode } from './pairing.ts'
import { startRelay } from './relay.ts'
import { RelayStore } from './store.ts'

/** The relay: `npm run relay` (docs/relay.md). Exit codes: 0 stopped or done, 1 failed, 2 usage error. */
async function main(args: string[]): Promise<void> {
  const options = parseRelayOptions(packageFile.version, args, process.env.BRIDGE_COMMAND)
  if ('show' in options) return endWith(0, options.show, process.stdout)
  if ('wrong' in options) return endWith(2, options.wrong)
  const { command } = options
  const dataDir =
    options.dataDir === undefined
      ? defaultDataDir(process.env, process.platform, 'chatra-planfix-relay')
      : resolve(options.dataDir)
  try {
    if (command.name === 'run') return await run(command, dataDir)
    return await endWith(...(await beside(command, dataDir)))
  } catch (error) {
    const text = troubleOf(error, dataDir)
    if (text === null) throw error
    return endWith(1, `Cannot do it: ${text}\n`)
  }
}

async function run(options: Extract<RelayCommand, { name: 'run' }>, dataDir: string): Promise<void> {
  const log = createLog({ redact: createRedactor(), pretty: process.stderr.isTTY === true })
  const ending = stopOnSignals(log)
  const { tls, keepDays, name: _name, ...rest } = options
  const relay = await startRelay({
    ...rest,
    dataDir,
    log,
    keptMs: keepDays * 86_400_000,
    tls: read(tls),
  })
  ending.onShutdown(() => relay.stop())
  ending.onReload(async () => {
    relay.renewCertificate(read(tls))
    log.info({}, 'reloaded')
  })
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', public: relay.public, control: relay.control })}\n`,
  )
  log.info({ dataDir, public: relay.public }, 'ready')
}

const read = (tls: { certFile: string; keyFile: string } | null) =>
  tls === null
    ? undefined
    : { cert: readFileSync(tls.certFile, 'utf8'), key: readFileSync(tls.keyFile, 'utf8') }

/** A command beside the relay, which need not be running: exit code, text and output stream. */
async function beside(
  command: Exclude<RelayCommand, { name: 'run' }>,
  dataDir: string,
): Promise<[number, string, NodeJS.WriteStream]> {
  const store = RelayStore.beside(dataDir)
  try {
    if (command.name === 'pair') {
      const code = offerCode(store, Date.now())
      const what =
        'Enter it on the computer, with the address of this relay. It works once, within 15 minutes.'
      return [0, `${code}\n\n${what}\n`, process.stdout]
    }
    if (command.name === 'unpair') {
      const gone = store.unpair(command.device)
      if (gone) return [0, `${command.device} is forgotten.\n`, process.stdout]
      return [1, `No computer with the ID "${command.device}" is paired.\n`, process.stderr]
    }
    const active = store.active
    const lines = store.devices().map(({ device, name, pairedAt }) => {
      const mark = device === active ? '  (took the messages last)' : ''
      return `${device}  ${new Date(pairedAt).toISOString()}  ${name}${mark}\n`
    })
    return [0, lines.join('') || 'No computer is paired yet: npm run relay -- pair\n', process.stdout]
  } finally {
    await store.close()
  }
}

/** The explanation of an error for the technician; null = a bug. */
function troubleOf(error: unknown, dataDir: string): string | null {
  if (isStoreError(error)) return storeTrouble(error, dataDir)
  if (!(error instanceof Error)) return null
  const code = errorCode(error)
  if (code === 'EADDRINUSE') return 'the port is used by another program. Choose another one with --port'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return '--host is not an address of this computer'
  if (FILE_TROUBLE.test(code)) return error.message
  if (error instanceof NotANetwork) return `--proxy: ${error.message}`
  return null
}

/** A folder or a file of the certificate that cannot be used. */
const FILE_TROUBLE = /^(EACCES$|EPERM$|ENOENT$|ENOTDIR$|EROFS$|ENOSPC$|ERR_OSSL)/

function storeTrouble(error: StoreError, dataDir: string): string {
  switch (error.kind) {
    case 'in-use':
      return `another relay is already running on the data folder ${dataDir}`
    case 'missing':
      return `no relay has run on ${dataDir} yet: start it once, or name its folder with --data-dir`
    default:
      return `the data folder ${dataDir}: ${error.message}`
  }
}

await main(process.argv.slice(2))
