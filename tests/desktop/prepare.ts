import { electronBinary, runsOn } from './driver.ts'
import { compileStandIn } from './fake-electron/compile.ts'

/** Says first what the desktop application is tested on. */
export default function prepareDesktop(): void {
  process.stdout.write(`desktop tests run on: ${runsOn}\n`)
  if (electronBinary === null) compileStandIn()
}
