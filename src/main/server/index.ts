import packageFile from '../../../package.json' with { type: 'json' }
import { commandHelp } from '../process/command-line/help.ts'
import { parseCommandLine } from '../process/command-line/parse.ts'
import type { ProgramSpecification } from '../process/command-line/specification.ts'
import { loadEnvironmentFile } from '../process/environment-file.ts'
import { endWith } from '../process/shutdown.ts'
import { serveOptions } from './options.ts'
import { PLACE, SECRETS_ENVIRONMENT, SERVE } from './program.ts'
import { serve } from './serve.ts'

/** `npm run serve`: the command `bridge serve` as a program of its own. */
const PROGRAM: ProgramSpecification = {
  name: 'bridge serve',
  inCheckout: 'npm run serve --',
  summary: SERVE.help,
  commands: [{ ...SERVE, name: '' }],
  common: PLACE,
  environment: SECRETS_ENVIRONMENT,
  notes: `${SERVE.details}`,
}

async function main(args: string[]): Promise<void> {
  const given = parseCommandLine(PROGRAM, packageFile.version, args)
  if ('wrong' in given) return endWith(2, given.wrong)
  if ('show' in given) return endWith(0, given.show, process.stdout)
  const options = serveOptions(given)
  if (typeof options === 'string')
    return endWith(2, `${options}\n\n${commandHelp(PROGRAM, PROGRAM.commands[0]!)}`)
  const problem = loadEnvironmentFile(options.envFile)
  return problem === null ? serve(options) : endWith(2, `${problem}\n`)
}

await main(process.argv.slice(2))
