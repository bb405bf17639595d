import { createInterface } from 'node:readline/promises'

/** The person at the terminal, if there is one. */
export interface Terminal {
  isThere: boolean
  /** The typed line; null when the input ended, or `signal` did. */
  ask(text: string, signal: AbortSignal): Promise<string | null>
}

/** Questions are written to standard error, so that standard output can be a file. */
export const terminal: Terminal = {
  get isThere() {
    return process.stdin.isTTY === true && process.stderr.isTTY === true
  },
  async ask(text, signal) {
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    // Ctrl+C comes here while a question is open, and is meant for the program.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    const { promise: ended, resolve } = Promise.withResolvers<null>()
    lines.on('close', () => resolve(null))
    try {
      return await Promise.race([lines.question(text, { signal }), ended])
    } catch {
      return null
    } finally {
      lines.close()
    }
  },
}
