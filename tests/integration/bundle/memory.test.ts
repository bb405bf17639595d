import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../../scripts/build.ts'
import { translate } from '../../../src/shared/i18n/index.ts'
import { BUILT } from '../../crash/processes.ts'
import { Bench, HOOK_SECRET, type Program, until } from '../server-process.ts'

/** What keeps an idle server small (scripts/small-memory.ts), seen in the built program. */
let bench: Bench
beforeAll(async () => {
  bench = await Bench.start()
}, 120_000)
afterAll(() => bench?.stop())

/** Chatra's webhooks go to this server from now on. */
async function started(server: Program) {
  const { hooks } = await bench.ready(server)
  bench.chatra.webhookUrl = `${hooks}/hooks/shop/${HOOK_SECRET}/chatra`
}

test('a server that carries messages loads neither HTTP/2 nor the client behind fetch', async () => {
  const told = join(bench.folder, 'loaded.json')
  const server = bench.serve([], {
    ...bench.secrets,
    NODE_OPTIONS: `--require ${join(ROOT, 'tests/fixtures/tell-loaded.cjs')}`,
    TELL_LOADED: told,
  })
  await started(server)
  bench.chatra.visit({ name: 'Ida' }).says('Is it light?')
  await until('the task', () => bench.planfix.tasks.find((one) => one.name === 'Ida (Chatra)'))
  server.kill('SIGTERM')
  await server.ended
  const loaded = JSON.parse(readFileSync(told, 'utf8')) as string[]
  expect(loaded).toContain('NativeModule http')
  expect(loaded.filter((name) => /undici\/undici|http2/.test(name))).toEqual([])
})

test('V8 can keep the code of the programs with one byte a character', () => {
  const chunks = readdirSync(join(BUILT, 'chunks')).filter((name) => name.endsWith('.js'))
  const wide = chunks.filter((name) => /[^\0-\xff]/.test(readFileSync(join(BUILT, 'chunks', name), 'utf8')))
  // Texts that are mostly Cyrillic would be longer as escapes.
  expect(wide.filter((name) => !/^ru-/.test(name))).toEqual([])
})

test('a server speaks its owner’s language in tasks, also another one after a reload', async () => {
  const speaking = (language: string) =>
    bench.configure((_connection, whole) => {
      whole.language = language
    })
  const written = async (name: string, label: string) => {
    bench.chatra.visit({ name }).says('Is it heavy?')
    await until(`the facts about ${name}`, () =>
      bench.planfix.tasks
        .filter((one) => one.name === `${name} (Chatra)`)
        .some(({ id }) => bench.planfix.comments(id).some(({ description }) => description.includes(label))),
    )
  }
  speaking('ru')
  const server = bench.serve()
  await started(server)
  await written('Rada', translate('ru', 'task.device'))
  speaking('ro')
  server.kill('SIGHUP')
  await until('the reload', () => server.err.includes('reloaded'))
  await written('Rodica', translate('ro', 'task.device'))
})
