import { electronBinary, runsOn } from './driver.ts'
import { compileStandIn } from './fake-electron/compile.ts'

/** Prints first whether Electron or the stand-in is tested. */
export default function prepareDesktop(): void {
  process.stdout.write(`desktop tests run on: ${runsOn}\n`)
  if (electronBinary === null) compileStandIn()
}
