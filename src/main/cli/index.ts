import { errorStack } from '../../shared/node-errors.ts'
import { isStoreError } from '../../shared/store-error.ts'
import { dataDirFrom } from '../settings/data-dir.ts'
import { type CliOptions, parseCliOptions, USAGE } from './options.ts'
import { endWith, quietWhenNobodyReads } from './output.ts'

/**
 * The command line: `npm run bridge -- …` (docs/architecture.md, "Commands"). Exit codes: 0 done, 1 not done,
 * 2 usage or configuration error.
 */
async function main(args: string[]): Promise<never> {
  quietWhenNobodyReads()
  const options = parseCliOptions(args)
  if (options === null) return endWith(0, USAGE)
  if (typeof options === 'string') return endWith(2, '', `${options}\n\n${USAGE}`)
  try {
    return await endWith(await run(options))
  } catch (error) {
    // A folder without data, data of another version, a full disk: the store's error explains it.
    const text = isStoreError(error) ? error.message : `bug: ${errorStack(error) ?? error}`
    return endWith(1, '', `${text}\n`)
  }
}

/** Each command loads only the modules it needs, so that all of them start fast. */
async function run({ command, dataDir: option, config }: CliOptions): Promise<number> {
  const dataDir = dataDirFrom(option, process.env)
  switch (command.name) {
    case 'log':
      return (await import('./log.ts')).log({ ...command, dataDir, config })
    case 'retry':
      return (await import('./retry.ts')).retry({ id: command.id, dataDir })
    case 'separate':
      return (await import('./separate.ts')).separate({ id: command.id, dataDir })
    case 'export':
      return (await import('./export.ts')).exportTo({ ...command, dataDir, config })
    case 'restore':
      return (await import('./restore.ts')).restoreBackup({ ...command, dataDir })
    case 'forget':
      return (await import('./forget.ts')).forget({ ...command, dataDir })
    case 'rename':
      return (await import('./rename.ts')).rename({ ...command, dataDir, config })
    case 'doctor':
      return (await import('./doctor.ts')).doctor({ json: command.json, dataDir, config })
  }
}

await main(process.argv.slice(2))
