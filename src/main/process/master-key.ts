import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { errorCode } from '../../shared/node-errors.ts'

const VARIABLE = 'BRIDGE_MASTER_KEY'
const BYTES = 32

/**
 * The master keys that seal what a server keeps elsewhere: a key a line, 32 random bytes in base64 or hexadecimal digits; the
 * first seals, each opens. `given` (`--master-key-file`) goes before the variable BRIDGE_MASTER_KEY_FILE and the file
 * BRIDGE_MASTER_KEY in systemd's credentials folder. Empty: there is none. `wrong`: the error, without a key.
 */
export function masterKeysFrom(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): { keys: Buffer[] } | { wrong: string } {
  const named = given ?? environment[`${VARIABLE}_FILE`]?.trim()
  if (named) return keysIn(named, { isPrivate: true })
  const folder = environment.CREDENTIALS_DIRECTORY
  const credential = folder && isAbsolute(folder) ? join(folder, VARIABLE) : null
  const isThere = credential !== null && statSync(credential, { throwIfNoEntry: false }) !== undefined
  return isThere ? keysIn(credential, { isPrivate: false }) : { keys: [] }
}

/** `isPrivate`: nobody but its owner may read it. Systemd sees to its own. */
function keysIn(path: string, { isPrivate }: { isPrivate: boolean }): { keys: Buffer[] } | { wrong: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
    const others = process.platform === 'win32' ? 0 : statSync(path).mode & 0o077
    if (isPrivate && others !== 0)
      return { wrong: `the master key file ${path} may be read by others: chmod 600 ${path}` }
  } catch (error) {
    return { wrong: `the master key file ${path} cannot be read (${errorCode(error) || 'unknown reason'})` }
  }
  const lines = text.split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line !== '').map(keyFrom)
  if (keys.length === 0 || keys.some(({ length }) => length !== BYTES))
    return {
      wrong: `the master key file ${path} must hold a key a line, 32 random bytes each: openssl rand -base64 32`,
    }
  return { keys }
}

const keyFrom = (line: string): Buffer =>
  /^[0-9a-f]{64}$/i.test(line) ? Buffer.from(line, 'hex') : Buffer.from(line, 'base64')
