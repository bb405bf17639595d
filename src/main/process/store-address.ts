import { secretFileProblems, secretFrom } from './secret-variable.ts'

const ADDRESS = 'BRIDGE_STORE'
const PASSWORD = 'BRIDGE_STORE_PASSWORD'

/** Whether a place is named by an address, and not by a path. */
export const isAddress = (place: string): boolean => /^\w+:\/\//.test(place)

/**
 * Where the data are: the address of a PostgreSQL database with its password, or null for the data folder. `given`
 * (`--store`) goes before the variable BRIDGE_STORE; the password comes from BRIDGE_STORE_PASSWORD, since everybody on a
 * computer can read the command lines of its programs. `wrong`: the error, without the address. `option`: the one of `given`.
 */
export function databaseFrom(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
  option = '--store',
): { database: string | null } | { wrong: string } {
  const unread = secretFileProblems(environment).find((line) => line.startsWith(`${ADDRESS}_`))
  if (unread !== undefined) return { wrong: unread }
  const address = given ?? secretFrom(environment, ADDRESS)
  if (address === null) return { database: null }
  const where = given === undefined ? ADDRESS : option
  const url = URL.parse(address)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    return { wrong: `${where} must be an address such as postgres://bridge@db.example/bridge` }
  if (given !== undefined && url.password !== '')
    return {
      wrong: `${option} must not hold the password, which everybody on this computer could read: give it by ${PASSWORD}, or the whole address by ${ADDRESS} (or a file: ${PASSWORD}_FILE, ${ADDRESS}_FILE)`,
    }
  const password = secretFrom(environment, PASSWORD)
  if (password !== null) url.password = encodeURIComponent(password)
  return { database: url.href }
}

/** The database `address` that data are moved to. Where BRIDGE_STORE names the same one, its password may be there. */
export function databaseNamed(
  address: string,
  environment: NodeJS.ProcessEnv,
): { database: string } | { wrong: string } {
  const named = databaseFrom(address, environment, '--to')
  if ('wrong' in named) return named
  const own = databaseFrom(undefined, environment)
  const isSame =
    'database' in own && own.database !== null && withoutPassword(own.database) === named.database
  return { database: isSame ? own.database! : named.database! }
}

function withoutPassword(address: string): string {
  const url = new URL(address)
  url.password = ''
  return url.href
}

/** What must not be in a log. */
export function secretsOfAddress(database: string | null): string[] {
  if (database === null) return []
  const { password } = new URL(database)
  return password === '' ? [] : [database, password, decodeURIComponent(password)]
}
