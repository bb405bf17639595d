import { parentPort, workerData } from 'node:worker_threads'
import { type Errand, runErrand } from './worker-tasks.ts'

/** A thread that does one errand and ends; started by backup/worker-thread.ts. */
parentPort?.postMessage(await runErrand(workerData as Errand))
