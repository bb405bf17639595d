import { spawn } from 'node:child_process'

/**
 * On POSIX this process turns into the program: signals, exit code and input need no passing on, and nothing
 * stays behind in memory. Windows has no such call: there the program is a child that ends when this one does.
 */
export function become(command: string, parameters: string[], environment: NodeJS.ProcessEnv): void {
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(command, [command, ...parameters], environment)
  }
  const child = spawn(command, parameters, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment,
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${command} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}
