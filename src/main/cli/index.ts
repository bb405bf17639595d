import packageFile from '../../../package.json' with { type: 'json' }
import { errorStack } from '../../shared/node-errors.ts'
import { isStoreError } from '../../shared/store-error.ts'
import { loadEnvironmentFile } from '../process/environment-file.ts'
import { dataDirFrom } from '../settings/data-dir.ts'
import { type Command, parseCliOptions } from './options.ts'
import { endWith, quietWhenNobodyReads } from './output.ts'

/**
 * The program `bridge` (docs/architecture.md, "Commands"): the server host, and commands on its data folder.
 * Exit codes: 0 done, 1 not done, 2 usage or configuration error.
 */
async function main(args: string[]): Promise<void> {
  const options = parseCliOptions(packageFile.version, args, process.env.BRIDGE_COMMAND)
  if ('wrong' in options) return endWith(2, '', options.wrong)
  if ('show' in options) return endWith(0, options.show)
  const problem = loadEnvironmentFile(options.envFile)
  if (problem !== null) return endWith(2, '', `${problem}\n`)
  if ('serve' in options) return (await import('../server/serve.ts')).serve(options.serve)
  quietWhenNobodyReads()
  const { command, config } = options
  try {
    return await endWith(await run(command, dataDirFrom(options.dataDir, process.env), config))
  } catch (error) {
    // A folder without data, data of another version, a full disk: the store's error explains it.
    const text = isStoreError(error) ? error.message : `bug: ${errorStack(error) ?? error}`
    return endWith(1, '', `${text}\n`)
  }
}

/** Each command loads only the modules it needs, so that all of them start fast. */
async function run(command: Command, dataDir: string, config: string | undefined): Promise<number> {
  switch (command.name) {
    case 'log':
      return (await import('./commands/log.ts')).log({ ...command, dataDir, config })
    case 'retry':
      return (await import('./commands/retry.ts')).retry({ id: command.id, dataDir })
    case 'separate':
      return (await import('./commands/separate.ts')).separate({ id: command.id, dataDir })
    case 'export':
      return (await import('./commands/export.ts')).exportTo({ ...command, dataDir, config })
    case 'backup':
      return (await import('./commands/backup.ts')).backup({ ...command, dataDir, config })
    case 'restore':
      return (await import('./commands/restore.ts')).restoreBackup({ ...command, dataDir })
    case 'forget':
      return (await import('./commands/forget.ts')).forget({ ...command, dataDir })
    case 'rename':
      return (await import('./commands/rename.ts')).rename({ ...command, dataDir, config })
    case 'probe':
      return (await import('./commands/probe.ts')).probeAccounts({ ...command, dataDir, config })
    case 'connection add':
      return (await import('./commands/connection-add.ts')).addConnection({ ...command, dataDir, config })
    case 'key add':
    case 'key list':
    case 'key revoke':
      return (await import('./commands/keys.ts')).keys(command, dataDir)
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor({ json: command.json, dataDir, config })
  }
}

await main(process.argv.slice(2))
