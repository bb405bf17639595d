import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs after `npm ci` and `npm install` (script `prepare` of package.json): makes Git use `.githooks/` in this checkout.
 * It changes nothing in CI, outside a checkout of this project, and where the developer has hooks of their own. It never
 * fails. It is JavaScript because an installation without development packages may run it on a Node that knows no
 * TypeScript.
 */

/** The output of a Git command; null when it fails or Git is missing. */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout.trim() : null
}

function isOwnCheckout() {
  const top = git('rev-parse', '--show-toplevel')
  return top !== null && realpathSync(top) === realpathSync(process.cwd())
}

function hasOwnHooks() {
  if (git('config', '--get', 'core.hooksPath') !== null) return true
  const folder = join(git('rev-parse', '--git-common-dir'), 'hooks')
  return existsSync(folder) && readdirSync(folder).some((name) => !name.endsWith('.sample'))
}

if (process.env.CI === undefined && isOwnCheckout() && !hasOwnHooks()) {
  git('config', 'core.hooksPath', '.githooks')
}
