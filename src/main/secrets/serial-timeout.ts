/** A call took longer than it may; it is still out. */
export class KeychainTimeout extends Error {
  constructor() {
    super('the keychain does not answer')
  }
}

export interface SerialCalls {
  /** Rejects with KeychainTimeout after the time, and at once while an earlier call is out that did. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Calls to the keychain, one at a time, each with a time limit. A call cannot be taken back: while a prompt waits for its
 * owner it holds a thread of the process, of which there are few, so no other is made meanwhile. `late` is told how it ended
 * after all.
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
      // The thread that is held would hold up the end of the process as well. By then everything is on disk.
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
 * Electron tells Node's `exit` from the first listener of the application's `quit` (lib/browser/init.ts), where the updater's,
 * which installs, comes later: what waits in the queue runs when all of them have been told (event_emitter_caller.cc). Node
 * itself runs nothing any more after `exit`.
 */
function endAtOnce(): void {
  const end = () => process.kill(process.pid, 'SIGKILL')
  if (process.versions.electron === undefined) end()
  else queueMicrotask(end)
}
