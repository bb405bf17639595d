import { SHELLS } from '../process/command-line/completion.ts'
import type { ProgramSpecification } from '../process/command-line/specification.ts'

/** The program `bridge-relay`. */
export const RELAY: ProgramSpecification = {
  name: 'bridge-relay',
  inCheckout: 'npm run relay --',
  summary: 'keeps webhooks for a bridge whose computer sleeps',
  commands: [
    {
      name: '',
      arguments: [],
      help: 'Without a command: keeps what Chatra and Planfix send until a paired computer fetches it, until it is stopped (Ctrl+C). SIGHUP reads the certificate again.',
      options: [
        { name: 'port', value: 'N', help: 'port to listen on (default: 8787)' },
        {
          name: 'host',
          value: 'H',
          help: 'address to listen on (default: 127.0.0.1; 0.0.0.0 = every network)',
        },
        {
          name: 'public',
          value: 'URL',
          help: 'the https address under which the internet reaches the relay',
        },
        {
          name: 'tls-cert',
          value: 'FILE',
          completes: 'file',
          help: 'certificate with its chain (PEM), where no proxy in front of the relay does this',
        },
        { name: 'tls-key', value: 'FILE', completes: 'file', help: 'its private key (PEM)' },
        {
          name: 'proxy',
          value: 'ADDRESS',
          isMultiple: true,
          help: 'a proxy or network in front of the relay, e.g. 172.16.0.0/12; may be given several times',
        },
        {
          name: 'max-events',
          value: 'N',
          help: 'how many messages are kept for one connection (default: 50000)',
        },
        { name: 'max-mb', value: 'N', help: 'how many megabytes of them (default: 500)' },
        { name: 'keep-days', value: 'N', help: 'how long they wait for a computer (default: 14)' },
      ],
    },
    {
      name: 'pair',
      arguments: [],
      options: [],
      help: 'prints a code with which one computer is paired; it works once, within 15 minutes',
    },
    { name: 'pairs', arguments: [], options: [], help: 'lists the paired computers' },
    {
      name: 'unpair',
      arguments: [{ name: 'ID', what: 'the ID of a computer: see pairs' }],
      options: [],
      help: 'forgets one of them',
    },
    {
      name: 'completion',
      arguments: [{ name: 'SHELL', what: 'a SHELL: bash or zsh', completes: SHELLS }],
      options: [],
      help: 'prints the completion of a shell: eval "$(bridge-relay completion bash)"',
    },
    { name: 'man', arguments: [], options: [], help: 'prints the manual page: bridge-relay man | man -l -' },
  ],
  common: [
    {
      name: 'data-dir',
      value: 'DIR',
      completes: 'folder',
      help: 'where everything is kept (default: this system’s folder for application data)',
    },
  ],
  environment: [],
  notes: 'docs/relay.md describes how it is set up.',
}
