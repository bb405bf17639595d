import type { Given } from '../process/command-line/parse.ts'
import { LOG_LEVELS, type LogLevel } from '../process/log.ts'

export interface ServeOptions {
  dataDir: string | undefined
  config: string | undefined
  envFile: string | undefined
  /** 0 = any free port. */
  uiPort: number
  hookPort: number
  host: string
  /** Where metrics are served without a login; null = nowhere. */
  metrics: { host: string; port: number } | null
  logLevel: LogLevel | undefined
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
  const metricsPort = given.text('metrics-port')
  return {
    dataDir: given.text('data-dir'),
    config: given.text('config'),
    envFile: given.text('env-file'),
    uiPort: Number(given.text('ui-port') ?? 0),
    hookPort: Number(given.text('hook-port') ?? 0),
    host: given.text('host') ?? '127.0.0.1',
    metrics:
      metricsPort === undefined
        ? null
        : { host: given.text('metrics-host') ?? '127.0.0.1', port: Number(metricsPort) },
    logLevel,
  }
}

const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535
