/** `npm start`: the desktop application where there is one, else the server host. */
process.stderr.write(
  'The desktop application is not part of this version: starting the server host instead.\n',
)
process.argv.splice(2, 0, 'serve')
await import('./run.ts')

export {}
