import { spawnSync } from 'node:child_process'
import { appendFileSync, chownSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `node postgres-server.ts FOLDER PROGRAMS RUN`: runs PostgreSQL on a socket in FOLDER until the process whose id RUN begins with ends, then
 * removes the folder. Writes `ready` into it, or `failed` with the reason. As root it runs as the user postgres, since
 * PostgreSQL refuses root.
 */
const [dir = '', programs = '', run = ''] = process.argv.slice(2)
const data = join(dir, 'data')
const isRoot = process.getuid?.() === 0

const as = (program: string, args: string[]): [string, string[]] => {
  const path = join(programs, program)
  return isRoot ? ['runuser', ['-u', 'postgres', '--', path, ...args]] : [path, args]
}
const idOf = (what: '-u' | '-g'): number =>
  Number(spawnSync('id', [what, 'postgres'], { encoding: 'utf8' }).stdout)

function carryOut(program: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(...as(program, args), { encoding: 'utf8', cwd: dir })
  if (status !== 0) throw new Error(`${program}: ${stdout}${stderr}`)
}

const SETTINGS = `
listen_addresses = ''
unix_socket_directories = '${dir}'
max_connections = 300
log_min_messages = fatal
# A test ends no computer.
fsync = off
full_page_writes = off
`

try {
  if (isRoot) chownSync(dir, idOf('-u'), idOf('-g'))
  carryOut('initdb', [
    '-D',
    data,
    '-U',
    'bridge',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ])
  appendFileSync(join(data, 'postgresql.conf'), SETTINGS)
  carryOut('pg_ctl', ['start', '-D', data, '-l', join(dir, 'log'), '-w'])
  writeFileSync(join(dir, 'ready'), '')
} catch (error) {
  writeFileSync(join(dir, 'failed'), String(error))
}
until(() => !isAlive(), end)

function until(holds: () => boolean, then: () => void): void {
  const timer = setInterval(() => {
    if (!holds()) return
    clearInterval(timer)
    then()
  }, 100)
}

function isAlive(): boolean {
  try {
    process.kill(Number.parseInt(run, 10), 0)
    return true
  } catch {
    return false
  }
}

function end(): void {
  spawnSync(...as('pg_ctl', ['stop', '-D', data, '-m', 'immediate', '-w']), { cwd: dir })
  rmSync(dir, { recursive: true, force: true })
  process.exit()
}
