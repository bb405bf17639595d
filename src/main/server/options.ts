import type { Role } from '../../shared/api/access/roles.ts'
import { isLoopback } from '../../shared/setup/address.ts'
import type { Given } from '../process/command-line/parse.ts'
import { LOG_LEVELS, type LogLevel } from '../process/log.ts'
import type { Reach } from './interface/server.ts'
import { WHILE_AWAY } from './program.ts'

export interface ServeOptions {
  dataDir: string | undefined
  config: string | undefined
  envFile: string | undefined
  /** A PostgreSQL database that holds the data, without its password. */
  store: string | undefined
  /** A file with the keys that seal what is kept elsewhere. */
  masterKeyFile: string | undefined
  /** 0 = any free port. */
  uiPort: number
  hookPort: number
  host: string
  /** Where metrics are served without a login; null = nowhere. */
  metrics: { host: string; port: number } | null
  /** Events that come in while the database is away are kept on this computer. */
  keepsWhileAway: boolean
  logLevel: LogLevel | undefined
  reach: Reach
}

/** The options of `serve`; a string is the description of an error. */
export function serveOptions(given: Given): ServeOptions | string {
  for (const name of ['ui-port', 'hook-port', 'metrics-port']) {
    const port = given.text(name)
    if (port !== undefined && !isPort(port))
      return `--${name} must be a number from 0 to 65535, not "${port}"`
  }
  const level = given.text('log-level')
  const logLevel = LOG_LEVELS.find((one) => one === level)
  if (level !== undefined && logLevel === undefined)
    return `--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${level}"`
  const whileAway = given.text('while-database-away') ?? 'keep'
  if (!WHILE_AWAY.some((one) => one === whileAway))
    return `--while-database-away must be ${WHILE_AWAY.join(' or ')}, not "${whileAway}"`
  const reach = reachOf(given)
  if (typeof reach === 'string') return reach
  const metricsPort = given.text('metrics-port')
  return {
    dataDir: given.text('data-dir'),
    config: given.text('config'),
    envFile: given.text('env-file'),
    store: given.text('store'),
    masterKeyFile: given.text('master-key-file'),
    uiPort: Number(given.text('ui-port') ?? 0),
    hookPort: Number(given.text('hook-port') ?? 0),
    host: given.text('host') ?? '127.0.0.1',
    metrics:
      metricsPort === undefined
        ? null
        : { host: given.text('metrics-host') ?? '127.0.0.1', port: Number(metricsPort) },
    keepsWhileAway: whileAway === 'keep',
    logLevel,
    reach,
  }
}

const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535

/** How others reach the interface; a string is the description of an error. */
function reachOf(given: Given): Reach | string {
  const host = given.text('ui-host') ?? '127.0.0.1'
  const origin = given.text('ui-origin')
  if (origin !== undefined && !isOrigin(origin))
    return `--ui-origin must be an address such as https://bridge.shop.example, without a path, not "${origin}"`
  if (!isLoopback(host) && origin === undefined)
    return '--ui-host needs --ui-origin: the address in the browser, of the proxy that adds https'
  const header = given.text('ui-user-header')
  if (header === undefined) return { host, origin: origin ?? null }
  if (origin === undefined)
    return '--ui-user-header needs --ui-origin: it is for a proxy in front of the interface'
  const roles = new Map<string, Role>([
    ...given.texts('ui-operator').map((name) => [name, 'operator'] as const),
    ...given.texts('ui-owner').map((name) => [name, 'owner'] as const),
  ])
  return { host, origin, header: { name: header.toLowerCase(), roles } }
}

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text
