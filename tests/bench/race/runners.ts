import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage } from '../../../src/shared/node-errors.ts'
import { startProgram } from '../../crash/processes.ts'
import { bridge, type Start, startStage } from '../bench-server.ts'
import { installNodeRed } from './install.ts'
import { NODE_RED_FLOW } from './node-red-flow.ts'

/** A program that takes part, or the reason why it does not. */
export interface Runner {
  name: string
  start: Start | { absent: string }
}

const bareForward: Start = async ({ port, simulators: { planfix } }) => ({
  server: await startProgram([
    join(import.meta.dirname, 'bare-forward.ts'),
    ...[String(port), planfix.restUrl, planfix.token],
  ]),
  hooks: `http://127.0.0.1:${port}/chatra`,
})

/** Node-RED as it is started by hand, `node red.js`, with a user folder that has the flow and nothing else. */
const nodeRed =
  (program: string): Start =>
  async ({ dir, port, simulators: { planfix } }) => {
    const home = join(dir, 'node-red')
    await mkdir(home, { recursive: true })
    await writeFile(join(home, 'flow.json'), JSON.stringify(NODE_RED_FLOW))
    const settings = join(import.meta.dirname, 'node-red-settings.cjs')
    const server = await startProgram([program, '--settings', settings, '--userDir', home], {
      env: {
        ...process.env,
        PORT: String(port),
        PLANFIX_URL: planfix.restUrl,
        PLANFIX_AUTHORIZATION: `Bearer ${planfix.token}`,
      },
      patienceMs: 60_000,
    })
    return { server, hooks: `http://127.0.0.1:${port}/chatra` }
  }

/** A program that is not ours may not start here: then the others go on without it. */
async function tried(start: Start): Promise<Runner['start']> {
  try {
    await (await startStage(start)).end()
    return start
  } catch (error) {
    return { absent: `it does not start: ${errorMessage(error).split('\n')[0]}`.slice(0, 120) }
  }
}

/** All of them, the bridge first. */
export async function runners(): Promise<Runner[]> {
  const installed = await installNodeRed()
  return [
    { name: 'the bridge', start: bridge() },
    {
      name: `Node-RED ${installed.version}`,
      start: installed.ok ? await tried(nodeRed(installed.program)) : { absent: installed.why },
    },
    { name: 'bare Node', start: bareForward },
  ]
}
