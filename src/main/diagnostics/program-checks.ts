import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Words } from '../../shared/api/answer.ts'
import { type Check, failed, good, type ProgramContext, say, skipped, warning } from './check.ts'

const MB = 1024 * 1024
/** The store needs some room for its journal and the hourly backup. */
const LOW = 500 * MB
const TOO_LOW = 50 * MB

/** Checks of the whole program: 1, 2, 36 and 37. */
export const programChecks: readonly Check<ProgramContext>[] = [
  {
    id: 1,
    title: say('diagnostics.title.configuration'),
    run({ configuration: { path, problems, connections } }) {
      if (problems.length > 0) {
        return failed(
          say('diagnostics.detail.configuration-wrong', { path: path ?? '', problems: problems.join('; ') }),
          say('diagnostics.todo.configuration'),
        )
      }
      if (path !== null && connections > 0) {
        return good(say('diagnostics.detail.configuration', { path, count: connections }))
      }
      return warning(
        path === null
          ? say('diagnostics.detail.configuration-none')
          : say('diagnostics.detail.configuration-empty', { path }),
        say('diagnostics.todo.no-configuration'),
      )
    },
  },
  {
    id: 2,
    title: say('diagnostics.title.data-folder'),
    run({ dataDir }) {
      const folder = nearestExisting(dataDir)
      try {
        if (!statSync(folder).isDirectory()) {
          return failed(say('diagnostics.detail.folder-is-file', { folder }), say('diagnostics.todo.folder'))
        }
        const probe = join(folder, `.bridge-doctor-${process.pid}`)
        writeFileSync(probe, 'check', { flag: 'wx', mode: 0o600 })
        rmSync(probe)
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '?'
        return failed(
          say('diagnostics.detail.folder-unwritable', { folder, code }),
          say(code === 'ENOSPC' ? 'diagnostics.todo.room' : 'diagnostics.todo.folder'),
        )
      }
      const { bavail, bsize } = statfsSync(folder)
      const free = bavail * bsize
      const detail = room(dataDir, free, folder !== dataDir)
      if (free < TOO_LOW) return failed(detail, say('diagnostics.todo.room'))
      return free < LOW ? warning(detail, say('diagnostics.todo.room')) : good(detail)
    },
  },
  {
    id: 36,
    title: say('diagnostics.title.keychain'),
    run({ keychain }) {
      if (keychain === undefined) return skipped(say('diagnostics.detail.keychain-none'))
      if (keychain === null) return good(say('diagnostics.detail.keychain'))
      return warning(say(`keychain.trouble.${keychain.code}`), say(`keychain.todo.${keychain.code}`))
    },
  },
  {
    id: 37,
    title: say('diagnostics.title.left-behind'),
    run({ leftBehind }) {
      if (leftBehind === undefined) return skipped(say('diagnostics.detail.left-behind-unknown'))
      if (leftBehind.length === 0) return good(say('diagnostics.detail.left-behind-none'))
      const waiting = leftBehind.reduce((sum, one) => sum + one.waiting, 0)
      const connections = leftBehind.map(({ connectionId }) => `“${connectionId}”`).join(', ')
      const detail = say('diagnostics.detail.left-behind', { connections, waiting })
      const old = leftBehind[0]?.connectionId ?? ''
      return warning(detail, say('diagnostics.todo.left-behind', { old }))
    },
  },
]

function nearestExisting(path: string): string {
  const parent = dirname(path)
  return existsSync(path) || parent === path ? path : nearestExisting(parent)
}

/** Whole numbers only: languages write fractions differently. */
function room(folder: string, bytes: number, isNew: boolean): Words {
  const unit = bytes >= 10 * 1024 * MB ? 'gb' : 'mb'
  const free = Math.floor(bytes / MB / (unit === 'gb' ? 1024 : 1))
  return say(isNew ? `diagnostics.detail.folder-new-${unit}` : `diagnostics.detail.folder-${unit}`, {
    folder,
    free,
  })
}
