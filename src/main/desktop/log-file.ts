import { join } from 'node:path'
import type { Log } from '../application/application.ts'
import { createLog } from '../server/log.ts'
import type { Redactor } from '../settings/redact.ts'

export interface FileLogOptions {
  /** The folder of the files; made when it is missing. */
  dir: string
  redact: Redactor
  /** Also on standard error: in development. */
  console?: boolean
}

/** The log in files: JSON lines as `serve` writes them, five files of 5 MB. `path` is the one that is written now. */
export function createFileLog({ dir, redact }: FileLogOptions): Log & { readonly path: string } {
  return Object.assign(createLog({ redact, pretty: false }), { path: join(dir, 'bridge.log') })
}
