import packageFile from '../../../package.json' with { type: 'json' }
import { errorStack } from '../../shared/node-errors.ts'
import { isStoreError } from '../../shared/store-error.ts'
import { loadEnvironmentFile } from '../process/environment-file.ts'
import { masterKeysFrom } from '../process/master-key.ts'
import { databaseFrom } from '../process/store-address.ts'
import { dataDirFrom } from '../settings/data-dir.ts'
import { type Command, parseCliOptions } from './options.ts'
import { complain, endWith, quietWhenNobodyReads } from './output.ts'
import type { DataPlace } from './running.ts'

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
  const store = databaseFrom(options.store, process.env)
  if ('wrong' in store) return endWith(2, '', `${store.wrong}\n`)
  const { database } = store
  const master = masterKeysFrom(options.masterKeyFile, process.env)
  if ('wrong' in master) return endWith(2, '', `${master.wrong}\n`)
  quietWhenNobodyReads()
  const { command, config } = options
  try {
    return await endWith(
      await run(
        command,
        { dataDir: dataDirFrom(options.dataDir, process.env), database, masterKeys: master.keys },
        config,
      ),
    )
  } catch (error) {
    // A folder without data, data of another version, a full disk: the store's error explains it.
    const text = isStoreError(error) ? error.message : `bug: ${errorStack(error) ?? error}`
    return endWith(1, '', `${text}\n`)
  }
}

/** Each command loads only the modules it needs, so that all of them start fast. */
async function run(command: Command, place: DataPlace, config: string | undefined): Promise<number> {
  const { dataDir, database } = place
  switch (command.name) {
    case 'log':
      return (await import('./commands/log.ts')).log({ ...command, ...place, config })
    case 'retry':
      return (await import('./commands/retry.ts')).retry({ id: command.id, ...place })
    case 'separate':
      return (await import('./commands/separate.ts')).separate({ id: command.id, ...place })
    case 'export':
      return (await import('./commands/export.ts')).exportTo({ ...command, ...place, config })
    case 'backup':
      if (database !== null) return noBackup()
      return (await import('./commands/backup.ts')).backup({ ...command, dataDir, config })
    case 'restore':
      if (database !== null)
        return (await import('./commands/restore-database.ts')).restoredDatabase({ ...command, database })
      return (await import('./commands/restore.ts')).restoreBackup({ ...command, dataDir })
    case 'move':
      return (await import('./commands/move.ts')).moveData({ ...command, ...place })
    case 'forget':
      return (await import('./commands/forget.ts')).forget({ ...command, ...place })
    case 'rename':
      return (await import('./commands/rename.ts')).rename({ ...command, ...place, config })
    case 'probe':
      return (await import('./commands/probe.ts')).probeAccounts({ ...command, ...place, config })
    case 'connection add':
      return (await import('./commands/connection-add.ts')).addConnection({ ...command, ...place, config })
    case 'secrets rotate':
      return (await import('./commands/secrets-rotate.ts')).rotateSecrets(place)
    case 'key add':
    case 'key list':
    case 'key revoke':
      return (await import('./commands/keys.ts')).keys(command, dataDir)
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor({ json: command.json, ...place, config })
  }
}

/** The data are in a database: 1. */
function noBackup(): number {
  complain(
    'The data are in a PostgreSQL database: back it up by its own means (pg_dump, pg_basebackup, your provider); the settings are in it, unless --config names a file. Keep the master key elsewhere.\n',
  )
  return 1
}

await main(process.argv.slice(2))
