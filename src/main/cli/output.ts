/** `| head` closes the pipe when it has enough: that is not an error. */
export function quietWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
}

/** Waits for a slow reader, so that a long log does not accumulate in memory. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) resolve()
    else process.stdout.once('drain', resolve)
  })
}

export const complain = (text: string): void => {
  process.stderr.write(text)
}

/** All output is written before the process exits. */
export function endWith(code: number, out = '', error = ''): Promise<never> {
  return new Promise(() => {
    process.stderr.write(error, () => process.stdout.write(out, () => process.exit(code)))
  })
}
