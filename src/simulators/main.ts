import { parseArgs } from 'node:util'
import { type ChatraSwitches, startChatraSimulator } from './chatra/index.ts'
import { type PlanfixSwitches, startPlanfixSimulator } from './planfix/index.ts'

const USAGE = `Usage: node out/main/simulators.js [options]

Runs Chatra and Planfix as local HTTP servers in one process of their own, for kill tests and benchmarks. Prints one
line of JSON when both listen; ends with SIGTERM, or when the process that forked it is gone.

  --only chatra|planfix     one of the two alone
  --chatra-port N           0 = any free one (default)
  --planfix-port N          0 = any free one (default)
  --webhook-url URL         where Chatra posts its events
  --time-scale X            shrinks the services' own waiting times (default 1)
  --seed N                  reproduces ids and names
  --requests-per-second N   Planfix's limit (default: none)
  --chatra-switch NAME=POSITION, --planfix-switch NAME=POSITION   may come several times
  --no-recording            keeps no record of requests and webhooks, so that long runs stay small
`

/** The ready line. The token and keys are the simulators' own; they give no access to a real service. */
interface Ready {
  event: 'ready'
  pid: number
  chatra?: { url: string; apiUrl: string; publicKey: string; secretKey: string }
  planfix?: { url: string; restUrl: string; webUrl: string; token: string }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      'chatra-port': { type: 'string', default: '0' },
      'planfix-port': { type: 'string', default: '0' },
      'webhook-url': { type: 'string' },
      'time-scale': { type: 'string', default: '1' },
      seed: { type: 'string' },
      'requests-per-second': { type: 'string' },
      'chatra-switch': { type: 'string', multiple: true, default: [] },
      'planfix-switch': { type: 'string', multiple: true, default: [] },
      'no-recording': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const timeScale = Number(values['time-scale'])
  const stops: (() => Promise<void>)[] = []
  const ready: Ready = { event: 'ready', pid: process.pid }

  if (values.only !== 'planfix') {
    const chatra = await startChatraSimulator({
      port: Number(values['chatra-port']),
      timeScale,
      webhookUrl: values['webhook-url'] ?? null,
      switches: positionsOf(values['chatra-switch']) as Partial<ChatraSwitches>,
      recordWebhooks: !values['no-recording'],
      ...(values.seed !== undefined && { seed: Number(values.seed) }),
    })
    chatra.server.recording = !values['no-recording']
    const { url, apiUrl, publicKey, secretKey } = chatra
    ready.chatra = { url, apiUrl, publicKey, secretKey }
    stops.push(() => chatra.stop())
  }
  if (values.only !== 'chatra') {
    const planfix = await startPlanfixSimulator({
      port: Number(values['planfix-port']),
      timeScale,
      requestsPerSecondLimit: Number(values['requests-per-second'] ?? Number.POSITIVE_INFINITY),
      switches: positionsOf(values['planfix-switch']) as Partial<PlanfixSwitches>,
    })
    planfix.server.recording = !values['no-recording']
    const { url, restUrl, webUrl, token } = planfix
    ready.planfix = { url, restUrl, webUrl, token }
    stops.push(() => planfix.stop())
  }

  const end = () => void Promise.all(stops.map((stop) => stop())).finally(() => process.exit(0))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  if (process.channel) process.on('disconnect', end)
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}

/** `name=position` pairs; the simulators refuse names and positions they do not know. */
const positionsOf = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )

await main()
