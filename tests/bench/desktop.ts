import { startDesktopWorld } from '../desktop/desktop-world.ts'
import { runsOn } from '../desktop/driver.ts'
import prepareDesktop from '../desktop/prepare.ts'
import { trayAfterMs } from '../desktop/shown.ts'
import { until } from '../e2e/world.ts'
import { note } from './host.ts'
import { median, type Row, round, rssMb } from './measure.ts'

/** Idle time before its memory is measured. */
const SETTLES_MS = 8000

/**
 * The desktop application without a window and with one connection: how soon it is in the tray, and how much memory
 * it uses.
 */
export async function desktopRows(starts: number): Promise<Row[]> {
  prepareDesktop()
  const times: number[] = []
  let idle = Number.NaN
  for (let n = 0; n < starts; n++) {
    const world = await startDesktopWorld({ hidden: true })
    try {
      times.push(await until('the tray', () => trayAfterMs(world.app)))
      if (n === starts - 1) {
        await new Promise((resolve) => setTimeout(resolve, SETTLES_MS))
        idle = rssMb(world.app.pid)
      }
    } finally {
      await world.end()
    }
  }
  const ready = median(times)
  return [
    note('desktop', 'measured on', runsOn),
    {
      topic: 'desktop',
      metric: 'from the start of the process until the tray has its menu',
      measured: `${round(ready)} ms`,
      target: '< 700 ms',
      met: ready < 700,
    },
    {
      topic: 'desktop',
      metric: 'resident memory of the main process, no window',
      measured: `${round(idle)} MB`,
      target: '< 120 MB',
      met: idle < 120,
    },
  ]
}
