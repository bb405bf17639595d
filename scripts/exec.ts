import { spawn } from 'node:child_process'

/**
 * On POSIX this process turns into the program: signals, exit code and input need no passing on, and nothing
 * stays behind in memory. Windows has no such call: there the program is a child that ends when this one does.
 */
export function become(
  command: string,
  parameters: string[],
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(command, [command, ...parameters], environment)
  }
  const child = spawn(command, parameters, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment,
  })
  // Windows tells everybody at the console of Ctrl+C, also the child, which ends in order; to kill it would cut it short.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => void (platform !== 'win32' && child.kill(signal)))
  child.on('error', (error) => {
    process.stderr.write(`${command} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}
