import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'
import { startChatraSimulator } from '../src/simulators/chatra/index.ts'
import { startPlanfixSimulator } from '../src/simulators/planfix/index.ts'
import { SHOP_EMPLOYEES, shopConnection } from '../tests/support/shop.ts'
import { NODE, ROOT } from './build.ts'

/**
 * `npm run dev -- [--port N] [--empty] [--steady]`: the interface with live changes, on the server host run
 * from its sources (it restarts when they change, unless `--steady`) and both simulators. `--empty` starts
 * without a connection, as on the first launch.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5173' },
    empty: { type: 'boolean', default: false },
    steady: { type: 'boolean', default: false },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'bridge-dev-'))
const chatra = await startChatraSimulator({ switches: { files: 'brevo-file-object' } })
const planfix = await startPlanfixSimulator()
planfix.limits.requestsPerSecond = 100
const [uiPort, hookPort] = [await freePort(), await freePort()]
const secret = 'development-only-secret-0123456789'
chatra.webhookUrl = `http://127.0.0.1:${hookPort}/hooks/shop/${secret}/chatra`
if (!values.empty) writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration()))

let cookie = ''
const server = spawn(
  NODE,
  [
    ...(values.steady ? [] : ['--watch', '--watch-preserve-output']),
    join(ROOT, 'src/main/server/index.ts'),
    ...['--data-dir', folder, '--ui-port', String(uiPort), '--hook-port', String(hookPort)],
  ],
  {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BRIDGE_SHOP_CHATRA_SECRET_KEY: chatra.secretKey,
      BRIDGE_SHOP_PLANFIX_TOKEN: planfix.token,
    },
  },
)
server.stdout.on('data', (data) => {
  for (const line of String(data).split('\n')) if (line.startsWith('{"event":"ready"')) void signIn(line)
})

process.once('exit', () => server.kill())

const target = `http://127.0.0.1:${uiPort}`
const vite = await createServer({
  configFile: false,
  root: join(ROOT, 'src/renderer'),
  cacheDir: join(ROOT, `node_modules/.vite-${values.port}`),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    port: Number(values.port),
    strictPort: true,
    proxy: {
      '/api': {
        target,
        ws: true,
        configure(proxy) {
          // The host only accepts calls from its own page, so the proxy sends its origin.
          const asOwnPage = (request: { setHeader(name: string, value: string): void }) => {
            request.setHeader('host', `127.0.0.1:${uiPort}`)
            request.setHeader('origin', target)
            request.setHeader('cookie', cookie)
          }
          proxy.on('proxyReq', asOwnPage)
          proxy.on('proxyReqWs', asOwnPage)
        },
      },
    },
  },
})
await vite.listen()
process.stdout.write(`
  Interface   http://127.0.0.1:${values.port}/
  Visitor     ${chatra.url}/visitor
  Planfix     ${planfix.webUrl}/
  Keys        Chatra ${chatra.publicKey} / ${chatra.secretKey} at ${chatra.apiUrl}
              Planfix ${planfix.token} at ${planfix.restUrl}
`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())

async function signIn(line: string): Promise<void> {
  const { ui } = JSON.parse(line) as { ui: string }
  // Restarted again meanwhile: its next ready line will follow.
  const answer = await fetch(ui, { redirect: 'manual' }).catch(() => null)
  cookie = answer?.headers.get('set-cookie')?.split(';')[0] ?? cookie
}

async function end(): Promise<void> {
  server.kill('SIGTERM')
  await Promise.all([vite.close(), chatra.stop(), planfix.stop()])
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
}

function configuration(): object {
  const shop = shopConnection(chatra, planfix, {
    planfix: { pollSeconds: 2, requestsPerSecond: 50 },
    employees: SHOP_EMPLOYEES,
    options: { sendAsEmployee: true },
    webhookSecret: secret,
  })
  return { connections: [shop] }
}

async function freePort(): Promise<number> {
  const probe = createNetServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
