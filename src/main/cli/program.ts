import { ROLES } from '../../shared/api/access/roles.ts'
import { SHELLS } from '../process/command-line/completion.ts'
import type { ProgramSpecification } from '../process/command-line/specification.ts'
import { PLACE, SECRETS_ENVIRONMENT, SERVE } from '../server/program.ts'

/** The program `bridge`: the server host and the commands on its data folder. */
export const BRIDGE: ProgramSpecification = {
  name: 'bridge',
  inCheckout: 'npm run bridge --',
  summary: 'carries Chatra website chats into Planfix tasks and the answers back',
  commands: [
    SERVE,
    {
      name: 'log',
      arguments: [],
      options: [
        { name: 'json', help: 'one JSON object a line' },
        { name: 'follow', help: 'goes on until Ctrl+C' },
      ],
      help: 'what happened to each message, oldest first',
    },
    {
      name: 'doctor',
      arguments: [],
      options: [
        { name: 'json', help: 'the findings as JSON' },
        { name: 'probe', help: 'asks Planfix, with a test task of its own, what no documentation says' },
        { name: 'yes', help: 'with --probe: writes into Planfix without asking first' },
        { name: 'connection', value: 'ID', help: 'with --probe: only there' },
      ],
      help: 'checks everything and says what to do; exit code 1 when something fails',
      details: `With --probe it says first what it will write, and asks. It makes a test contact and a test task, cleans up after itself, remembers the answers and writes a report without names, texts or tokens.`,
    },
    {
      name: 'retry',
      arguments: [{ name: 'ID', what: 'the ID of a message' }],
      options: [],
      help: 'sends a failed, uncertain or dismissed message again',
    },
    {
      name: 'separate',
      arguments: [{ name: 'ID', what: 'the ID of a conversation' }],
      options: [],
      help: 'takes a conversation apart again that was joined with another one',
    },
    {
      name: 'export',
      arguments: [{ name: 'FILE', what: 'a FILE', completes: 'file' }],
      options: [{ name: 'force', help: 'replaces the file when it exists' }],
      help: 'writes the configuration without its secrets',
    },
    {
      name: 'backup',
      arguments: [{ name: 'DIR', what: 'a folder DIR', completes: 'folder' }],
      options: [],
      help: 'copies the data into a new folder below DIR, verified; the bridge may run meanwhile',
      details: `The copy holds the data file and the settings file with the webhook secrets, readable for you alone. Keys and tokens are not in it.`,
    },
    {
      name: 'restore',
      arguments: [],
      options: [
        {
          name: 'from',
          value: 'PATH',
          completes: 'file',
          help: 'a copy of the data file, a folder made by "backup", or the folder of such folders (the newest is taken); default: the hourly backup in the data folder',
        },
        { name: 'yes', help: 'does it; without it the command only says what would be lost' },
      ],
      help: 'puts the backup in the place of the data file; the bridge must be stopped',
      details: `What is in Chatra or Planfix already is looked for first, and no reply of the time since the copy is sent again. A database (--store) is restored by its own means first; then this command notes that time is missing in it.`,
    },
    {
      name: 'move',
      arguments: [],
      options: [
        {
          name: 'to',
          value: 'PLACE',
          completes: 'folder',
          help: 'postgres://USER@HOST/DATABASE, for the data of the data folder; or a folder, for those of the database that --store names',
        },
        { name: 'undo', help: 'takes the move back, as long as no bridge has worked at its target' },
      ],
      help: 'moves all data into a database, or back into a folder; the bridge must be stopped',
      details: `Everything is copied, compared, and only then used at its new place; the old one is kept and closed. A move that was interrupted goes on where it was when it is started again. The database's password is given by BRIDGE_STORE_PASSWORD.`,
    },
    {
      name: 'forget',
      arguments: [{ name: 'CLIENT', what: 'a CLIENT' }],
      options: [{ name: 'connection', value: 'ID', help: 'only there' }],
      help: 'removes all words, names and addresses of a client (Chatra’s id, or an e-mail address) from data, journal and backups; the bridge must be stopped',
    },
    {
      name: 'rename',
      arguments: [
        { name: 'OLD', what: 'the OLD id' },
        { name: 'NEW', what: 'the NEW id' },
      ],
      options: [],
      help: 'gives everything of connection OLD to connection NEW, whose id was changed in the configuration; the bridge must be stopped',
    },
    {
      name: 'connection add',
      arguments: [],
      options: [
        {
          name: 'file',
          short: 'f',
          value: 'FILE',
          completes: 'file',
          help: 'a connection as in the configuration, as JSON; - = standard input',
        },
      ],
      help: 'adds a connection to the configuration, and prints the addresses for Chatra and Planfix',
      details: `A webhook secret is made where the file has none. A running server takes the connection over after SIGHUP (systemctl reload).`,
    },
    {
      name: 'key add',
      arguments: [{ name: 'NAME', what: 'a NAME: of a person or a program' }],
      options: [
        { name: 'role', value: 'ROLE', completes: ROLES, help: 'reader (default), operator or owner' },
      ],
      help: 'makes a key for the interface of a server, and prints it once',
      details: `A person opens the interface with ?token=KEY at the end of its address; a program sends "Authorization: Bearer KEY". Readers see everything but secrets, operators also retry and dismiss messages, owners change everything. The server need not be restarted.`,
    },
    { name: 'key list', arguments: [], options: [], help: 'lists the keys with their roles' },
    {
      name: 'key revoke',
      arguments: [{ name: 'NAME', what: 'the NAME of a key, or "logins"' }],
      options: [],
      help: 'ends a key and the logins made with it, at once; "logins" ends every login',
    },
    {
      name: 'secrets rotate',
      arguments: [],
      options: [],
      help: 'seals the secrets in the database again, by the first key of the master key file',
      details: `Put the new key on the first line of the file on every server, and restart them: each line opens. Then run this command, and remove the old line.`,
    },
    {
      name: 'completion',
      arguments: [{ name: 'SHELL', what: 'a SHELL: bash or zsh', completes: SHELLS }],
      options: [],
      help: 'prints the completion of a shell: eval "$(bridge completion bash)"',
    },
    { name: 'man', arguments: [], options: [], help: 'prints the manual page: bridge man | man -l -' },
  ],
  common: PLACE,
  environment: SECRETS_ENVIRONMENT,
  notes: `Secrets typed into the interface go before those of the environment and are forgotten when the server ends.\n\nThe commands also work while the bridge is running; "restore --yes", "move", "forget" and "rename" want it stopped.`,
}
