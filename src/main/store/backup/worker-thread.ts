import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { errorMessage } from '../../../shared/node-errors.ts'
import { type Outcome, runWorkerTask, type WorkerTask } from './worker-tasks.ts'

// Captured when the program loads, so that a test's fake timers do not delay the disk.
const nextTurn = setImmediate

/** Path of the worker: beside the sources, beside a built host, or above one of its chunks. */
const PLACES = ['worker.ts', 'store-worker.js', '../store-worker.js']
const workerFile = (): string | undefined =>
  PLACES.map((place) => join(import.meta.dirname, place)).find((file) => existsSync(file))

/** Pages to copy before yielding to the event loop, when there is no thread. */
const PAGES_PER_STEP = 250
const IN_STEPS = { pages: PAGES_PER_STEP, pause: () => new Promise<void>((resolve) => nextTurn(resolve)) }

/**
 * Runs long operations on the store's file in a separate thread, so that they never block the event loop.
 */
export class WorkerThread {
  readonly #withoutThread: (why: string) => void
  readonly #file: string | undefined
  readonly #workers = new Set<Worker>()
  #ended = false
  #isReported = false

  /**
   * `withoutThread` is called once when no thread can be started: then the operations run here, in short
   * steps.
   */
  constructor(withoutThread: (why: string) => void, file = workerFile()) {
    this.#withoutThread = withoutThread
    this.#file = file
  }

  async run(errand: WorkerTask): Promise<Outcome> {
    if (this.#ended) return ENDED
    const answer = await this.#inThread(errand)
    if (typeof answer !== 'string') return answer
    if (this.#ended) return ENDED
    if (!this.#isReported) this.#withoutThread(answer)
    this.#isReported = true
    return runWorkerTask(errand, IN_STEPS)
  }

  /** Cancels the operation under way; its result is discarded. */
  async end(): Promise<void> {
    this.#ended = true
    await Promise.all([...this.#workers].map((worker) => worker.terminate()))
  }

  /** The outcome, or the reason why no thread could be started. */
  #inThread(errand: WorkerTask): Promise<Outcome | string> {
    const file = this.#file
    if (file === undefined) return Promise.resolve('its file is missing')
    return new Promise((resolve) => {
      try {
        const worker = new Worker(file, { workerData: errand, execArgv: [], name: `store: ${errand.errand}` })
        this.#workers.add(worker)
        worker.once('message', (outcome: Outcome) => resolve(outcome))
        worker.once('error', (error) => resolve(errorMessage(error)))
        worker.once('exit', (code) => {
          this.#workers.delete(worker)
          resolve(`it ended with code ${code}`)
        })
      } catch (error) {
        resolve(errorMessage(error))
      }
    })
  }
}

const ENDED: Outcome = { ok: false, damage: false, detail: 'the store is being closed' }
