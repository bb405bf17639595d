import type { CommandSpecification, OptionSpecification } from '../process/command-line/specification.ts'
import { LOG_LEVELS } from '../process/log.ts'

/** Options of every command that works on a data folder. */
export const PLACE: readonly OptionSpecification[] = [
  {
    name: 'data-dir',
    value: 'DIR',
    completes: 'folder',
    help: 'where messages and the log are kept (default: this system’s folder for application data)',
  },
  {
    name: 'config',
    value: 'FILE',
    completes: 'file',
    help: 'the configuration (default: config.json in the data folder)',
  },
  {
    name: 'env-file',
    value: 'FILE',
    completes: 'file',
    help: 'reads environment variables from this file; those that are set already stay',
  },
  {
    name: 'store',
    value: 'ADDRESS',
    help: 'keeps messages and the log in a PostgreSQL database instead: postgres://USER@HOST/DATABASE (default: BRIDGE_STORE)',
  },
  {
    name: 'master-key-file',
    value: 'FILE',
    completes: 'file',
    help: 'with a database: keeps secrets in it, sealed by the key in this file (default: BRIDGE_MASTER_KEY_FILE)',
  },
]

const LOG_LEVEL: OptionSpecification = {
  name: 'log-level',
  value: 'LEVEL',
  completes: LOG_LEVELS,
  help: `${LOG_LEVELS.join(', ')} (default: info, or BRIDGE_LOG_LEVEL); debug adds a line for each step of each message`,
}

/** What happens to events that come in while the database is away. */
export const WHILE_AWAY = ['keep', 'refuse'] as const

/** `bridge serve`. */
export const SERVE: CommandSpecification = {
  name: 'serve',
  arguments: [],
  help: 'Carries Chatra chats into Planfix and back until it is stopped (Ctrl+C).',
  details: `When it is ready it prints one line of JSON on standard output; the log goes to standard error. SIGTERM stops it within 5 s without loss; SIGHUP reads configuration and secrets again.`,
  options: [
    { name: 'ui-port', value: 'N', help: 'port of the interface on this computer (default: any free one)' },
    {
      name: 'ui-host',
      value: 'H',
      help: 'address the interface listens on (default: 127.0.0.1); any other one needs --ui-origin',
    },
    {
      name: 'ui-origin',
      value: 'URL',
      help: 'the interface’s address in the browser, behind a proxy that adds https: https://bridge.shop.example',
    },
    {
      name: 'ui-user-header',
      value: 'NAME',
      help: 'header by which a proxy on this computer names the user it has logged in, e.g. X-Forwarded-Email; such users may read',
    },
    {
      name: 'ui-operator',
      value: 'USER',
      isMultiple: true,
      help: 'a user of the proxy who may also retry and dismiss messages; may be given several times',
    },
    {
      name: 'ui-owner',
      value: 'USER',
      isMultiple: true,
      help: 'a user of the proxy who may change everything; may be given several times',
    },
    { name: 'hook-port', value: 'N', help: 'port of the receiver of webhooks (default: any free one)' },
    {
      name: 'host',
      value: 'H',
      help: 'address the receiver listens on (default: 127.0.0.1; 0.0.0.0 = every network)',
    },
    {
      name: 'metrics-port',
      value: 'N',
      help: 'also serves /metrics, /livez, /readyz and /healthz with details on this port, without a login (0 = any free one)',
    },
    {
      name: 'metrics-host',
      value: 'H',
      help: 'address that port listens on (default: 127.0.0.1)',
    },
    {
      name: 'while-database-away',
      value: 'WHAT',
      completes: WHILE_AWAY,
      help: 'with --store: keep (default) stores incoming events on this computer, sealed, until the database is back; refuse answers them 503',
    },
    LOG_LEVEL,
  ],
}

/** Environment variables by which a server gets its secrets. */
export const SECRETS_ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['BRIDGE_<ID>_CHATRA_SECRET_KEY', 'Chatra’s secret key of the connection with this id, in upper case'],
  ['BRIDGE_<ID>_PLANFIX_TOKEN', 'Planfix’s token of the connection'],
  [
    'BRIDGE_<ID>_PLANFIX_CHAT_TOKEN',
    'with "Instant replies" (planfix.channel.mode "chat-api"): Planfix’s token of the chat',
  ],
  [
    'BRIDGE_<ID>_PLANFIX_CHAT_SECRET',
    'with "Instant replies": the token that Planfix sends, instead of the derived one',
  ],
  [
    'BRIDGE_NGROK_TOKEN, BRIDGE_SSH_KEY, BRIDGE_SSH_PASSPHRASE, BRIDGE_SSH_PASSWORD, BRIDGE_RELAY_KEY',
    'for the public address, as far as it needs them',
  ],
  ['BRIDGE_STORE', 'address of a PostgreSQL database for messages and the log, instead of the data folder'],
  [
    'BRIDGE_STORE_PASSWORD',
    'its password; none may stand in --store, where everybody on the computer could read it',
  ],
  [
    'BRIDGE_MASTER_KEY_FILE',
    'path of the file with the master key, as --master-key-file; or the credential BRIDGE_MASTER_KEY',
  ],
  [
    'BRIDGE_HOST_NAME, BRIDGE_HOST_ADDRESS, BRIDGE_LEASE_SECONDS',
    'with several servers on one database: what this one is called, where the others reach its receiver (http://HOST:PORT), and after which silence they take over (15)',
  ],
  ['<VARIABLE>_FILE', 'instead of each of these: the path of a file with the value'],
  [
    'CREDENTIALS_DIRECTORY',
    'folder with a file for each of these, named like it (systemd’s LoadCredential=)',
  ],
]
