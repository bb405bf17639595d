import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

interface Ended {
  code: number | null
  output: string
}

/** The demo as a user starts it: through scripts/run.ts, which builds outdated files. */
function demo(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const { BRIDGE_DEMO_BREAK: _, FORCE_COLOR: __, ...clean } = process.env
  const child = spawn(process.execPath, [join(ROOT, 'scripts/run.ts'), 'demo', ...args], {
    cwd: ROOT,
    env: { ...clean, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** Numbers of a row of the summary: sent, arrived, doubled, lost. */
function row(output: string, name: string): number[] {
  const line = output.split('\n').find((one) => one.trim().startsWith(name)) ?? ''
  return (line.replace(name, '').match(/\d+/g) ?? []).map(Number)
}

beforeAll(async () => {
  // The first start builds; the later runs start at once.
  await demo(['--help'])
}, 120_000)

// Each uses separate accounts, and mostly waits: they run in parallel.
describe.concurrent('the demo', { timeout: 60_000 }, () => {
  let played: Promise<Ended>
  const once = () => {
    played ??= demo(['--once'])
    return played
  }

  test('the demo plays its conversation, finds every message once and ends with 0', async ({ expect }) => {
    const { code, output } = await once()
    const [sent, arrived, doubled, lost] = row(output, 'Total')
    expect({ code, doubled, lost }, output).toEqual({ code: 0, doubled: 0, lost: 0 })
    expect(arrived).toBe(sent)
    expect(row(output, 'Chatra → Planfix')[0]).toBeGreaterThan(5)
    expect(row(output, 'Planfix → Chatra')[0]).toBeGreaterThan(5)
    expect(output).toContain('leaked to a client: 0')
    expect(output).not.toContain('✗')
  })

  test('the demo prints every bridged message, including the retried one', async ({ expect }) => {
    const { output } = await once()
    expect(output).toMatch(/Anna ⇒ task \d+ .*Do you have the red shoes.*delivered/)
    expect(output).toMatch(/Anna ⇐ Ana Rusu .*two pairs are left.*delivered/)
    expect(output).toMatch(/Victor ⇒ .*Are you still there\?.*retrying/)
    expect(output).toMatch(/Victor ⇒ task \d+ .*Are you still there\?.*delivered/)
  })

  test('the demo writes no colours without a terminal', async ({ expect }) => {
    const { output } = await once()
    expect(output).not.toContain('\u001b')
  })

  test('the demo ends with 1 and names the reply that Chatra has lost', async ({ expect }) => {
    const { code, output } = await demo(['--once'], { BRIDGE_DEMO_BREAK: 'lose-reply' })
    expect(code, output).toBe(1)
    expect(row(output, 'Planfix → Chatra').at(-1)).toBe(1)
    expect(output).toContain('LOST: I have put one pair aside for you.')
  })

  test('the demo ends with 1 when a reply is in the chat twice', async ({ expect }) => {
    const { code, output } = await demo(['--once'], { BRIDGE_DEMO_BREAK: 'double-reply' })
    expect(code, output).toBe(1)
    expect(row(output, 'Total')[2]).toBe(1)
  })

  test('the demo ends with 1 when an internal note is in the chat', async ({ expect }) => {
    const { code, output } = await demo(['--once'], { BRIDGE_DEMO_BREAK: 'leak-note' })
    expect(code, output).toBe(1)
    expect(output).toContain('leaked to a client: 1')
  })

  test('the demo refuses unknown options with its usage and 2', async ({ expect }) => {
    const { code, output } = await demo(['--twice'])
    expect(code).toBe(2)
    expect(output).toContain('Usage: npm run demo')
  })
})
