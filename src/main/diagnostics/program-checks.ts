import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Check, failed, good, type ProgramContext, warning } from './check.ts'
import { ADVICE, TITLES } from './texts.ts'

const MB = 1024 * 1024
/** The store needs some room for its journal and the nightly backup. */
const LOW = 500 * MB
const TOO_LOW = 50 * MB

export const programChecks: readonly Check<ProgramContext>[] = [
  {
    id: 1,
    title: TITLES.configuration,
    run({ configuration: { path, problems, connections } }) {
      if (problems.length > 0) return failed(`${path}: ${problems.join('; ')}`, ADVICE.configuration)
      if (path === null) return warning('there is no configuration yet', ADVICE.noConfiguration)
      if (connections === 0) return warning(`${path} holds no connection`, ADVICE.noConfiguration)
      return good(`${path}, connections: ${connections}`)
    },
  },
  {
    id: 2,
    title: TITLES.dataFolder,
    run({ dataDir }) {
      const folder = nearestExisting(dataDir)
      try {
        if (!statSync(folder).isDirectory()) return failed(`${folder} is a file, not a folder`, ADVICE.folder)
        const probe = join(folder, `.bridge-doctor-${process.pid}`)
        writeFileSync(probe, 'check', { flag: 'wx', mode: 0o600 })
        rmSync(probe)
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : 'unknown reason'
        return failed(
          `${folder} cannot be written (${code})`,
          code === 'ENOSPC' ? ADVICE.room : ADVICE.folder,
        )
      }
      const { bavail, bsize } = statfsSync(folder)
      const free = bavail * bsize
      const detail = `${dataDir}${folder === dataDir ? '' : ' (made at the first start)'}, ${size(free)} free`
      if (free < TOO_LOW) return failed(detail, ADVICE.room)
      return free < LOW ? warning(detail, ADVICE.room) : good(detail)
    },
  },
]

function nearestExisting(path: string): string {
  const parent = dirname(path)
  return existsSync(path) || parent === path ? path : nearestExisting(parent)
}

const size = (bytes: number) =>
  bytes >= 1024 * MB ? `${(bytes / 1024 / MB).toFixed(1)} GB` : `${Math.floor(bytes / MB)} MB`
