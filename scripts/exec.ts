import { spawn } from 'node:child_process'

/**
 * On POSIX this process is replaced by the program: signals, exit code and input need no forwarding, and
 * nothing stays in memory. Windows has no such call: there the program is a child that exits together with
 * this process.
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
  // Windows sends Ctrl+C to all processes of the console, including the child, which exits in order; killing
  // it would interrupt that.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => void (platform !== 'win32' && child.kill(signal)))
  child.on('error', (error) => {
    process.stderr.write(`${command} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}
