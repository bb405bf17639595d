import { build } from '../crash/processes.ts'

/** The tests use the product as it is delivered. */
export default function buildOnce(): void {
  build()
}
