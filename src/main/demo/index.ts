import { endWith, stopOnSignals } from '../process/shutdown.ts'
import type { Log } from '../runtime/application.ts'
import { CannotStart } from '../server/host.ts'
import { followLog } from './console-view.ts'
import { DeliveryCounter } from './delivery-counter.ts'
import { parseDemoOptions, USAGE } from './options.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'
import { createScreen, type Screen } from './screen.ts'
import { type Cast, play } from './script.ts'
import { DemoSetup, StoryStopped, until } from './setup.ts'
import { isGood, type Outcome, printSummary } from './summary.ts'

/** A duplicate of a message could still come after the last one has arrived. */
const AFTERTHOUGHT_MS = 800

/**
 * The demo: `npm run demo [-- --once]`. Exit codes: 0 ended by the user, or everything arrived once; 1
 * failed; 2 usage error.
 */
async function demo(args: string[]): Promise<void> {
  const options = parseDemoOptions(args, process.env)
  if (options === null) return endWith(0, USAGE, process.stdout)
  if (typeof options === 'string') return endWith(2, `${options}\n\n${USAGE}`)

  const screen = createScreen(process.stdout, process.env)
  const log = warningsOn(screen)
  const ending = stopOnSignals(log)
  let sandbox: Sandbox
  try {
    sandbox = await startSandbox(log)
  } catch (error) {
    if (error instanceof CannotStart) return endWith(1, `Cannot start: ${error.message}\n`)
    throw error
  }
  const { chatra, planfix, host } = sandbox
  const follower = followLog(host.application, chatra, screen)
  let judged = false
  const stop = async () => {
    await follower.stop()
    await sandbox.stop()
  }
  ending.onShutdown(async () => {
    await stop()
    // Interrupted before it had a result: not a success.
    if (options.once && !judged) process.exit(1)
  })

  printAddresses(sandbox, screen)
  const ledger = new DeliveryCounter(chatra, planfix)
  const stage = new DemoSetup(sandbox, ledger, options.sabotage, screen, follower)
  const { cast, stopped } = await playToTheEnd(stage)
  await until(() => ledger.allArrived(), 2_000)
  await settle(stage)
  await follower.catchUp()
  const outcome: Outcome = {
    account: await ledger.account(),
    checks: stage.checks,
    violations: planfix.violations,
    stopped,
  }
  printSummary(outcome, screen)
  judged = true
  if (options.once) {
    await stop()
    const code = isGood(outcome) ? 0 : 1
    process.stdout.write('', () => process.exit(code))
    return
  }
  printInvitation(sandbox, cast, screen)
}

async function playToTheEnd(stage: DemoSetup): Promise<{ cast: Cast | null; stopped: string | null }> {
  try {
    return { cast: await play(stage), stopped: null }
  } catch (error) {
    if (!(error instanceof StoryStopped)) throw error
    return { cast: null, stopped: error.message }
  }
}

/** No message is under way, and a moment has passed in which duplicates would have come. */
async function settle(stage: DemoSetup): Promise<void> {
  await Promise.all([stage.sandbox.chatra.flush(), stage.sandbox.planfix.flush()])
  await until(() => stage.calm(), 3_000)
  await new Promise((resolve) => setTimeout(resolve, AFTERTHOUGHT_MS))
}

function printAddresses({ chatra, planfix, host }: Sandbox, screen: Screen): void {
  screen.line(
    screen.paint('bold', 'Chatra–Planfix Bridge, demo: both services are simulators on this computer'),
  )
  screen.line()
  screen.line(`  The bridge             ${host.uiUrl}`)
  screen.line(`  Both sides in one page ${host.uiUrl}#/demo`)
  screen.line(`  Visitor of the site    ${chatra.url}/visitor`)
  screen.line(`  Planfix                ${planfix.webUrl}/`)
}

function printInvitation({ chatra, planfix }: Sandbox, cast: Cast | null, screen: Screen): void {
  screen.line()
  screen.line(
    screen.paint('bold', '— Now you: type into these pages, every message is shown here. Ctrl+C ends it'),
  )
  screen.line()
  const anna = cast?.anna.devices[0]
  if (anna)
    screen.line(`  Anna's chat            ${chatra.url}/visitor?client=${encodeURIComponent(anna.clientId)}`)
  const task = planfix.tasks.findLast((one) => one.name.startsWith('Anna'))
  if (task) screen.line(`  Her task in Planfix    ${planfix.webUrl}/task/${task.id}`)
  screen.line(`  A new visitor          ${chatra.url}/visitor`)
  screen.line(`  All tasks              ${planfix.webUrl}/`)
  screen.line()
}

/** The bridge's own log: only errors. */
function warningsOn(screen: Screen): Log {
  const say = (style: 'yellow' | 'red') => (fields: object, text: string) => {
    const detail = 'detail' in fields && typeof fields.detail === 'string' ? `: ${fields.detail}` : ''
    const stack = 'stack' in fields && typeof fields.stack === 'string' ? `\n${fields.stack}` : ''
    screen.line(screen.paint(style, `  bridge: ${text}${detail}${stack}`))
  }
  return { info: () => undefined, warn: say('yellow'), error: say('red') }
}

await demo(process.argv.slice(2))
