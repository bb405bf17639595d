import { build } from '../crash/processes.ts'

/** The tests speak to the product as it is delivered. */
export default function buildOnce(): void {
  build()
}
