import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NODE, ROOT } from '../../../scripts/build.ts'
import { pairWithRelay } from '../../../src/main/tunnel/relay/pair.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../../src/simulators/planfix/index.ts'
import { type RelayStage, relayStage, SECRET, until } from '../../support/relay.ts'
import { shopConnection } from '../../support/shop.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 20_000 })

/** Two bridges, each a process with a separate folder, behind one relay, with the same two services. */
let chatra: ChatraSimulator
let planfix: PlanfixSimulator
let stage: RelayStage
let folder: string
let computers: Computer[] = []

class Computer {
  readonly name: string
  readonly key: string
  private child: ChildProcess | null = null
  private hooks = ''
  log = ''

  constructor(name: string, key: string) {
    this.name = name
    this.key = key
  }

  async start(): Promise<void> {
    const dir = join(folder, this.name)
    const config = join(folder, `${this.name}.json`)
    writeFileSync(config, JSON.stringify(configuration()))
    const args = ['--data-dir', dir, '--config', config, '--ui-port', '0', '--hook-port', '0']
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      TZ: 'UTC',
      BRIDGE_SHOP_CHATRA_SECRET_KEY: chatra.secretKey,
      BRIDGE_SHOP_PLANFIX_TOKEN: planfix.token,
      BRIDGE_RELAY_KEY: this.key,
    }
    const child = spawn(NODE, ['src/main/server/index.ts', ...args], { cwd: ROOT, env })
    this.child = child
    let out = ''
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      this.log = (this.log + data).slice(-20_000)
    })
    await until(`${this.name} is ready: ${this.log}`, () => out.includes('\n'), 20_000)
    this.hooks = JSON.parse(out.slice(0, out.indexOf('\n'))).hooks
  }

  async health(): Promise<string> {
    const answer = await fetch(`${new URL(this.hooks).origin}/healthz`)
    // A sender of too many requests gets no answer.
    if (!answer.ok) return 'silent'
    const { status, standby } = (await answer.json()) as { status: string; standby: boolean }
    return standby ? 'standby' : status
  }
  is(status: 'ok' | 'standby'): Promise<void> {
    return until(`${this.name} is ${status}`, async () => (await this.health()) === status, 15_000)
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this
    this.child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal)
  }
}

const configuration = () => ({
  connections: [shopConnection(chatra, planfix, { webhookSecret: SECRET })],
  tunnel: { provider: 'relay', relay: { url: stage.relay.control, deviceId: null } },
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'takeover-'))
  chatra = await startChatraSimulator({ seed: 1 })
  planfix = await startPlanfixSimulator({ requestsPerSecondLimit: Number.POSITIVE_INFINITY })
  stage = await relayStage({ leaseMs: 3_000 })
  chatra.webhookUrl = `${stage.relay.control}/hooks/shop/${SECRET}/chatra`
})
afterEach(async () => {
  await Promise.all(computers.map((one) => one.end('SIGKILL')))
  computers = []
  await stage.stop()
  await Promise.all([chatra.stop(), planfix.stop()])
  rmSync(folder, { recursive: true, force: true })
})

async function computer(name: string): Promise<Computer> {
  const paired = await pairWithRelay({ url: stage.relay.control, code: await stage.code(), name })
  if (!paired.ok) throw new Error(paired.problem.detail)
  const one = new Computer(name, paired.key)
  computers.push(one)
  await one.start()
  return one
}
async function two(): Promise<[Computer, Computer]> {
  const first = await computer('first')
  await first.is('ok')
  const second = await computer('second')
  await second.is('standby')
  return [first, second]
}

const texts = () => planfix.tasks.flatMap(({ id }) => planfix.comments(id).map((one) => one.description))
const times = (text: string) => texts().join('\n').split(text).length - 1
const inPlanfix = (text: string) => until(`${text} is in Planfix`, () => times(text) > 0, 15_000)
const taskId = () => planfix.tasks[0]?.id ?? 0
const reads = () => planfix.server.requests.filter(({ path }) => path.endsWith('/comments/list')).length

test('messages and replies arrive once while two computers hand over to each other', async () => {
  const [first, second] = await two()
  const anna = chatra.visit({ name: 'Anna' })
  const seen = (text: string) => until(`${text} is in the chat`, () => anna.sees().includes(text), 15_000)
  anna.says('one asked')
  await inPlanfix('one asked')
  planfix.employeeComments(taskId(), 5, '<p>one answered</p>')
  await seen('one answered')

  await first.end()
  await second.is('ok')
  anna.says('two asked')
  await inPlanfix('two asked')
  planfix.employeeComments(taskId(), 5, '<p>two answered</p>')
  await seen('two answered')

  await first.start()
  await first.is('standby')
  await second.end()
  await first.is('ok')
  const before = reads()
  anna.says('three asked')
  await inPlanfix('three asked')
  await until('what was said meanwhile is read', () => reads() > before)
  planfix.employeeComments(taskId(), 5, '<p>three answered</p>')
  await seen('three answered')

  anna.leaves()
  await first.end()
  expect(anna.sees()).toEqual(['one answered', 'two answered', 'three answered'])
  expect(['one asked', 'two asked', 'three asked'].map(times)).toEqual([1, 1, 1])
  expect(planfix.tasks).toHaveLength(1)
})

test('after the active one is killed, the other delivers waiting events without repeats', async () => {
  const [first, second] = await two()
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('one asked')
  await inPlanfix('one asked')
  planfix.employeeComments(taskId(), 5, '<p>one answered</p>')
  await until('the reply is there', () => anna.sees().length === 1)
  await first.end('SIGKILL')
  anna.says('two asked')
  expect(await second.health()).toBe('standby')
  expect(times('two asked')).toBe(0)
  await second.is('ok')
  await inPlanfix('two asked')
  planfix.employeeComments(taskId(), 5, '<p>two answered</p>')
  await until('the second reply is there', () => anna.sees().length === 2, 15_000)
  expect(anna.sees()).toEqual(['one answered', 'two answered'])
  expect([times('one asked'), times('two asked'), planfix.tasks.length]).toEqual([1, 1, 1])
})

test('a suspended computer that wakes after a takeover sends nothing', async () => {
  const [first, second] = await two()
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('one asked')
  await inPlanfix('one asked')
  first.signal('SIGSTOP')
  await second.is('ok')
  anna.says('two asked')
  await inPlanfix('two asked')
  planfix.employeeComments(taskId(), 5, '<p>two answered</p>')
  await until('the reply is there', () => anna.sees().length > 0, 15_000)
  first.signal('SIGCONT')
  await first.is('standby')
  planfix.employeeComments(taskId(), 5, '<p>three answered</p>')
  await until('the next reply is there', () => anna.sees().includes('three answered'), 15_000)
  expect(await first.health()).toBe('standby')
  // Nor later, when it is active again: it has kept nothing of what it read in between.
  await second.end()
  const before = reads()
  await first.is('ok')
  anna.says('three asked')
  await inPlanfix('three asked')
  await until('what was said meanwhile is read', () => reads() > before)
  planfix.employeeComments(taskId(), 5, '<p>four answered</p>')
  await until('the last reply is there', () => anna.sees().includes('four answered'), 15_000)
  expect(anna.sees()).toEqual(['two answered', 'three answered', 'four answered'])
  expect(['one asked', 'two asked', 'three asked'].map(times)).toEqual([1, 1, 1])
  expect(planfix.tasks).toHaveLength(1)
})

test('a computer that cannot reach its relay delivers nothing and reports it', async () => {
  const [first] = await two()
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('one asked')
  await inPlanfix('one asked')
  await first.end()
  await stage.relay.stop()
  await first.start()
  expect(await first.health()).toBe('standby')
  const asked = planfix.server.requests.length
  await computers[1]?.is('standby')
  expect(planfix.server.requests.slice(asked)).toEqual([])
})
