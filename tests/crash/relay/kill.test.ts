import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { offerCode } from '../../../src/main/relay/pairing.ts'
import { RelayStore } from '../../../src/main/relay/store.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { pairWithRelay } from '../../../src/main/tunnel/relay/pair.ts'
import { freePort } from '../../support/free-port.ts'
import { hook, SECRET, until } from '../../support/relay.ts'
import { BUILT, build, type Running, startProgram } from '../processes.ts'

/**
 * The relay and the desktop are separate processes, killed at random moments while messages flow; the desktop also
 * sleeps for a while. KILL_SEED repeats a run's delays, RELAY_KILLS changes the number of kills.
 */
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const kills = Number(process.env.RELAY_KILLS ?? 25)
const PLANTED = 'planted-text-that-nobody-may-read'

const dirs: string[] = []
const folder = (name: string) => {
  const dir = mkdtempSync(join(tmpdir(), `relay-${name}-`))
  dirs.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

const accepted: number[] = []
let sent = 0
let inbox: number[]
let relayDisk: Buffer

beforeAll(async () => {
  build()
  const random = randomOf(seed)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const [relayDir, desktopDir] = [folder('store'), folder('desktop')]
  const startRelay = () =>
    startProgram<{ public: string; control: string }>([
      ...[join(BUILT, 'relay.js'), '--data-dir', relayDir, '--port', String(port)],
    ])
  let relay = await startRelay()
  expect(relay.ready).toEqual({ event: 'ready', public: url, control: url })
  const beside = RelayStore.beside(relayDir)
  const paired = await pairWithRelay({ url, code: offerCode(beside, Date.now()), name: 'desktop' })
  await beside.close()
  if (!paired.ok) throw new Error(paired.problem.detail)
  const startDesktop = () =>
    startProgram<object>([join(import.meta.dirname, 'desktop.ts'), url, paired.key, desktopDir, SECRET])
  let desktop: Running<object> | null = await startDesktop()
  await until('the address is known', async () => (await hook(url, '-')).status === 400)

  // One sender, as strict as Chatra: it sends the next message when the previous one was answered or timed out.
  let talking = true
  const talk = (async () => {
    while (talking) {
      const n = sent++
      const answer = await hook(url, JSON.stringify({ n, text: PLANTED })).catch(() => null)
      if (answer?.status === 200) accepted.push(n)
      else await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  for (let n = 0; n < kills; n++) {
    await pause(20 + random() * 200)
    const which = random()
    if (which < 0.6) {
      await relay.end('SIGKILL')
      relay = await startRelay()
    } else if (desktop === null || which < 0.7) {
      // It sleeps until the next kill of this kind.
      await desktop?.end('SIGKILL')
      desktop = desktop === null ? await startDesktop() : null
    } else {
      await desktop.end('SIGKILL')
      desktop = await startDesktop()
    }
  }
  talking = false
  await talk
  relayDisk = Buffer.concat(readdirSync(relayDir).map((name) => readFileSync(join(relayDir, name))))
  desktop ??= await startDesktop()
  await until('the relay is empty', () => {
    const store = RelayStore.beside(relayDir)
    const { size } = store.tallies()
    return store.close().then(() => size === 0)
  })
  await desktop.end()
  await relay.end()
  const store = await openStore({ dir: desktopDir })
  const rows = await store.inboxPending(1_000_000)
  inbox = rows.map(({ body }) => (JSON.parse(body) as { n: number }).n)
  await store.close()
  console.info(
    `seed ${seed}: ${kills} kills, ${sent} sent, ${accepted.length} answered 200, ${inbox.length} arrived`,
  )
}, 240_000)

test('messages were sent and delivered', () => {
  expect(accepted.length).toBeGreaterThan(kills)
})
test('no message that was answered 200 is lost', () => {
  const there = new Set(inbox)
  expect(accepted.filter((n) => !there.has(n))).toEqual([])
})
test('no message is delivered to the bridge twice', () => {
  expect(inbox.filter((n, at) => inbox.indexOf(n) !== at)).toEqual([])
})
test('the messages arrive in the order in which they were sent', () => {
  expect(inbox).toEqual(inbox.toSorted((a, b) => a - b))
})
test('the disk of the relay never contained a word of the messages', () => {
  expect(relayDisk.includes(PLANTED)).toBe(false)
  expect(relayDisk.includes(SECRET)).toBe(false)
})

/** The random generator Mulberry32. */
function randomOf(start: number): () => number {
  let state = start | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
