import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { progressLine, showing } from '../../../scripts/show-download.ts'

const MB = 1_000_000
const PRELOADED = pathToFileURL(join(import.meta.dirname, '../../../scripts/show-download.ts')).href

test.each([
  [0, 110 * MB, 0, '0 %, 0 MB of 110 MB'],
  [5 * MB, 110 * MB, 999, '4 %, 5 MB of 110 MB'],
  [5 * MB, 110 * MB, 1000, '4 %, 5 MB of 110 MB, 5.0 MB/s, 21 s left'],
  [11 * MB, 110 * MB, 10_000, '10 %, 11 MB of 110 MB, 1.1 MB/s, 2 min left'],
  [110 * MB, 110 * MB, 60_000, '100 %, 110 MB of 110 MB, 1.8 MB/s, 0 s left'],
  [7 * MB, null, 2_000, '7 MB, 3.5 MB/s'],
  [0, 110 * MB, 20_000, '0 %, 0 MB of 110 MB'],
])('progress: %i of %s bytes after %i ms', (done, total, ms, line) =>
  expect(progressLine(done, total, ms)).toBe(line),
)

describe('a download', () => {
  /** Chunks, and the time at which each comes. */
  async function shown(
    chunks: [bytes: number, at: number][],
    isTTY: boolean,
    headers: Record<string, string> = {},
  ) {
    let now = 0
    const said: string[] = []
    const screen = { isTTY, write: (text: string) => said.push(text) }
    const answer = async () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            // What came before has been shown.
            await new Promise((resolve) => setImmediate(resolve))
            const next = chunks.shift()
            if (next === undefined) return controller.close()
            now = next[1]
            controller.enqueue(new Uint8Array(next[0]))
          },
        }),
        { headers },
      )
    const response = await showing(answer, screen, () => now)('https://example.test/electron.zip')
    return { bytes: (await response.arrayBuffer()).byteLength, said }
  }

  test('in a terminal shows one line that changes, at most five times a second', async () => {
    const { bytes, said } = await shown(
      [
        [MB, 1000],
        [MB, 1100],
        [MB, 1200],
      ],
      true,
      { 'content-length': String(3 * MB) },
    )
    expect(bytes).toBe(3 * MB)
    expect(said).toEqual([
      '\r33 %, 1 MB of 3 MB, 1.0 MB/s, 2 s left  ',
      '\r100 %, 3 MB of 3 MB, 2.5 MB/s, 0 s left  ',
      '\r100 %, 3 MB of 3 MB, 2.5 MB/s, 0 s left  \n',
    ])
  })

  test('elsewhere writes a line each ten seconds, and the last one', async () => {
    const { said } = await shown(
      [
        [MB, 9_999],
        [MB, 10_000],
        [MB, 15_000],
      ],
      false,
    )
    expect(said).toEqual(['2 MB, 0.2 MB/s\n', '3 MB, 0.2 MB/s\n'])
  })

  test('that is small, or refused, shows nothing', async () => {
    const { said } = await shown([[10, 5]], true, { 'content-length': '10' })
    expect(said).toEqual([])
    const refused = new Response('no', { status: 404 })
    expect(await showing(async () => refused, { write: () => expect.unreachable() })('https://x.test')).toBe(
      refused,
    )
  })
})

/** Runs an installer that downloads what the server answers, as `npm start` does. */
async function installed(answer: (response: ServerResponse) => void, env: NodeJS.ProcessEnv = {}) {
  const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1')
  const folder = mkdtempSync(join(tmpdir(), 'installer-'))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const script = join(folder, 'install.js')
  writeFileSync(
    script,
    `fetch('http://127.0.0.1:${port}/').then((found) => found.arrayBuffer())
      .then((all) => console.log(all.byteLength)).catch((error) => { console.error(error.message); process.exit(1) })`,
  )
  return promisify(execFile)(process.execPath, ['--import', PRELOADED, script], {
    env: { ...process.env, ...env },
  })
}

test("the installer's own download arrives whole, and its progress is seen", async () => {
  const { stdout, stderr } = await installed((response) => {
    response.writeHead(200, { 'content-length': 2 * MB })
    response.end(Buffer.alloc(2 * MB))
  })
  expect(stdout.trim()).toBe(String(2 * MB))
  expect(stderr).toContain('100 %, 2 MB of 2 MB')
})

test('a download that stands still fails with words', async () => {
  const failed = installed(
    (response) => {
      response.writeHead(200, { 'content-length': 2 * MB })
      response.write(Buffer.alloc(MB))
    },
    { BRIDGE_DOWNLOAD_STALLS_MS: '200' },
  )
  await expect(failed).rejects.toThrow(/nothing has come for 0\.2 s/)
})
