import { parseArgs } from 'node:util'
import { errorMessage } from '../../shared/node-errors.ts'

export interface ServeOptions {
  dataDir: string | undefined
  config: string | undefined
  /** 0 = any free port. */
  uiPort: number
  hookPort: number
  host: string
}

export const USAGE = `Usage: npm run serve -- [options]

Carries Chatra chats into Planfix and back until it is stopped (Ctrl+C).

  --data-dir DIR   where messages and the log are kept (default: this system's folder for application data)
  --config FILE    the configuration (default: config.json in the data folder)
  --ui-port N      port of the interface on this computer (default: any free one)
  --hook-port N    port of the receiver of webhooks (default: any free one)
  --host H         address the receiver listens on (default: 127.0.0.1; 0.0.0.0 = every network)
  --help           this text

Keys and tokens come from the environment, for a connection with the id "shop":
  BRIDGE_SHOP_CHATRA_SECRET_KEY and BRIDGE_SHOP_PLANFIX_TOKEN
with "Replies at once" (planfix.channel.mode "chat-api") also Planfix's token of the chat, and, instead of the derived
one, the token that Planfix sends:
  BRIDGE_SHOP_PLANFIX_CHAT_TOKEN and BRIDGE_SHOP_PLANFIX_CHAT_SECRET
and for the public address, as far as it needs them:
  BRIDGE_NGROK_TOKEN, BRIDGE_SSH_KEY, BRIDGE_SSH_PASSPHRASE, BRIDGE_SSH_PASSWORD, BRIDGE_RELAY_KEY
Those typed into the interface go before them and are forgotten when the server ends.
`

/**
 * Parses the command line of `serve`; a string is the description of an error. `null` = help was requested.
 */
export function parseServeOptions(args: string[]): ServeOptions | string | null {
  let values: { [name: string]: string | boolean | undefined }
  try {
    values = parseArgs({
      args,
      options: {
        'data-dir': { type: 'string' },
        config: { type: 'string' },
        'ui-port': { type: 'string' },
        'hook-port': { type: 'string' },
        host: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return errorMessage(error)
  }
  if (values.help === true) return null
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  for (const name of ['data-dir', 'config', 'host']) {
    if (text(name)?.trim() === '') return `--${name} needs a value`
  }
  for (const name of ['ui-port', 'hook-port']) {
    const port = text(name)
    if (port !== undefined && !isPort(port))
      return `--${name} must be a number from 0 to 65535, not "${port}"`
  }
  return {
    dataDir: text('data-dir'),
    config: text('config'),
    uiPort: Number(text('ui-port') ?? 0),
    hookPort: Number(text('hook-port') ?? 0),
    host: text('host') ?? '127.0.0.1',
  }
}

const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535
