/** A call exceeded its time limit and is still running. */
export class KeychainTimeout extends Error {
  constructor() {
    super('the keychain does not answer')
  }
}

export interface SerialCalls {
  /**
   * Rejects with KeychainTimeout after the time limit, and at once while an earlier timed-out call is
   * running.
   */
  run<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Calls to the keychain, one at a time, each with a time limit. A call cannot be cancelled: while a prompt
 * waits for the owner it occupies one of the process's few threads, so no other call is made meanwhile.
 * `late` is called with its final result.
 */
export function serialWithTimeout(
  limitMs: number,
  late: (ending: PromiseSettledResult<unknown>) => void,
): SerialCalls {
  let last: Promise<unknown> = Promise.resolve()
  let isStuck = false

  async function within<T>(work: () => Promise<T>): Promise<T> {
    if (isStuck) throw new KeychainTimeout()
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const call = work()
    const timer = setTimeout(() => {
      isStuck = true
      // The occupied thread would delay the process exit as well. By then everything is on disk.
      process.once('exit', endAtOnce)
      reject(new KeychainTimeout())
      void Promise.allSettled([call]).then(([ending]) => {
        isStuck = false
        process.removeListener('exit', endAtOnce)
        late(ending)
      })
    }, limitMs)
    call.then(resolve, reject).finally(() => clearTimeout(timer))
    return promise
  }

  return {
    run(work) {
      const mine = last.then(() => within(work))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

/**
 * Electron calls Node's `exit` from the first listener of the application's `quit` (lib/browser/init.ts), and
 * the updater's listener, which installs, comes later: queued tasks run when all of them have been called
 * (event_emitter_caller.cc). Node itself runs nothing after `exit`.
 */
function endAtOnce(): void {
  const end = () => process.kill(process.pid, 'SIGKILL')
  if (process.versions.electron === undefined) end()
  else queueMicrotask(end)
}
