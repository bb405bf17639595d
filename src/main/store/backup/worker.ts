import { parentPort, workerData } from 'node:worker_threads'
import { runWorkerTask, type WorkerTask } from './worker-tasks.ts'

/** A thread that runs one task and exits; started by backup/worker-thread.ts. */
parentPort?.postMessage(await runWorkerTask(workerData as WorkerTask))
