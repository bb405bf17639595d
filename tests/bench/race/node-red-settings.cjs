/**
 * Node-RED's settings in the race: no editor, no projects, context in memory, which is its default. Its log goes to
 * standard error; when flow and port are there, the line of JSON that the bench waits for goes to standard output.
 */
const awaited = new Set(['Started flows', 'Server now running'])

const log = ({ msg }) => {
  const text = String(msg)
  process.stderr.write(`${text}\n`)
  for (const start of awaited) if (text.startsWith(start)) awaited.delete(start)
  if (awaited.size === 0) {
    awaited.add('nothing more')
    process.stdout.write('{"event":"ready"}\n')
  }
}

// As every program of the bench: it ends with the process that started it.
process.on('disconnect', () => process.exit(0))

module.exports = {
  flowFile: 'flow.json',
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.PORT),
  lang: 'en-US',
  httpAdminRoot: false,
  disableEditor: true,
  diagnostics: { enabled: false },
  telemetry: { enabled: false },
  editorTheme: { projects: { enabled: false } },
  logging: { bench: { level: 'info', metrics: false, audit: false, handler: () => log } },
}
