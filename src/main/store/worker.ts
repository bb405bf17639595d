import { parentPort, workerData } from 'node:worker_threads'
import { type Errand, runErrand } from './errands.ts'

/** A thread that does one errand and ends; started by beside.ts. */
parentPort?.postMessage(await runErrand(workerData as Errand))
