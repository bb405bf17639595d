import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calm, pass, type Visitor, withWorld } from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/**
 * Comments that employees change repeatedly, as fast as people can, while Chatra works or fails. In the end the chat
 * shows each of them as if only its last version had been written, and nothing internal was ever sent. LIVES=7 draws
 * other stories.
 */
const drawn = Number(process.env.LIVES ?? 0)

const PUBLIC = 'https://bridge.shop.example'
const ALLOWED = 'user:5'
const FILES = ['offer.pdf', 'Прайс-лист.xlsx', `${'photo'.repeat(40)}.jpg`, 'a.b']

interface Version {
  words: number
  /** The files attached to it. */
  files: number[]
  is: 'open' | 'unticked' | 'hidden' | 'deleted' | 'by another'
  /** How long the employee waits before the next change; milliseconds. */
  waits: number
}
const version = fc.record<Version>({
  words: fc.constantFrom(0, 1, 5, 5, 600, 1300),
  files: fc.uniqueArray(fc.nat({ max: FILES.length - 1 }), { maxLength: 4 }),
  is: fc.constantFrom<Version['is'][]>(
    'open',
    'open',
    'open',
    'open',
    'unticked',
    'hidden',
    'deleted',
    'by another',
  ),
  waits: fc.constantFrom(0, 300, 1500, 4000),
})
const life = fc.array(version, { minLength: 2, maxLength: 7 })

const textOf = (life: number, n: number, words: number) =>
  Array.from({ length: words }, (_, w) => `life${life}v${n}w${w}`).join(' ')

/** The content of the chat: the texts, and the files as often as they appear. */
function shown(anna: Visitor) {
  const lines = anna.sees().flatMap((text) => text.split('\n'))
  const isFile = (line: string) => FILES.some((name) => line.startsWith(`${name.slice(0, 20)}`))
  return {
    text: lines
      .filter((line) => !isFile(line))
      .map((line) => line.replace(/ \(\d+\/\d+\)$/, ''))
      .join(' ')
      .trim(),
    files: lines.filter(isFile).map((line) => line.split(': ')[0]),
    tooLong: anna.sees().filter((text) => text.length > 5000).length,
  }
}

async function live(world: World, life: number, versions: readonly Version[]): Promise<void> {
  const task = await world.until('the task', () =>
    world.planfix.tasks.find(({ name }) => name === `Anna${life} (Chatra)`),
  )
  const files = FILES.map((name) => world.planfix.addsFile(name, 'content').id)
  const card = task.counterparty ?? ''
  let id = 0
  for (const [n, { words, files: which, is, waits }] of versions.entries()) {
    const text = textOf(life, n, words)
    const html = `<p>${text}</p>`
    const options = {
      files: which.map((index) => files[index] ?? 0),
      hidden: is === 'hidden',
      recipients: is === 'unticked' ? ['user:6' as const] : [card as `contact:${number}`],
      owner: is === 'by another' ? ('user:7' as const) : ('user:5' as const),
    }
    if (id === 0) id = world.planfix.employeeComments(task.id, options.owner, html, options).id
    else {
      world.planfix.restoresComment(id)
      world.planfix.editsComment(id, html, options)
    }
    if (is === 'deleted') world.planfix.deletesComment(id)
    await pass(world, waits)
  }
}

const internal = (version: Version) => version.is !== 'open' && version.is !== 'deleted'

test.each([
  [1, 'Chatra is well', () => undefined],
  [
    2,
    'Chatra asks to wait now and then',
    (world: World) => world.chatra.server.faults.add({ kind: 'status', status: 429, probability: 0.3 }),
  ],
  [
    3,
    'changes fail at times',
    (world: World) => {
      world.chatra.server.faults.add({ kind: 'status', status: 503, method: 'PUT', probability: 0.4 })
      world.chatra.server.faults.add({ kind: 'status', status: 503, method: 'DELETE', probability: 0.4 })
    },
  ],
])('seed %i: %s', { timeout: 120_000 }, async (seed, _what, hinder) => {
  const lives = fc.sample(life, { seed: seed + 3 * drawn, numRuns: 12 })
  const connection = { employees: [{ planfixUserId: ALLOWED }, { planfixUserId: 'user:7', allowed: false }] }
  await withWorld({ configuration: { publicUrl: PUBLIC }, connection }, async (world) => {
    const annas = lives.map((_, n) => world.chatra.visit({ name: `Anna${n}` }))
    for (const anna of annas) anna.says('Hello')
    await world.until('the tasks', () => world.planfix.tasks.length === lives.length)
    hinder(world)
    await Promise.all(lives.map((versions, n) => live(world, n, versions)))
    await pass(world, 10_000)
    world.chatra.server.faults.clear()
    await pass(world, 10_000)
    await calm(world)
    const said = world.chatra.server.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ body }) => JSON.stringify(body ?? null))
      .join('\n')
    for (const [n, versions] of lives.entries()) {
      const last = versions.at(-1)!
      const is = shown(annas[n]!)
      const story = JSON.stringify(versions)
      for (const [v, one] of versions.entries()) {
        if (internal(one)) expect(said.includes(`life${n}v${v}w`), `internal: ${story}`).toBe(false)
      }
      expect(is.tooLong, story).toBe(0)
      if (internal(last)) continue
      const wanted =
        last.is === 'deleted'
          ? { text: '', files: [] }
          : {
              text: textOf(n, versions.length - 1, last.words),
              files: last.files.map((index) => FILES[index]),
            }
      expect({ text: is.text, files: is.files }, story).toEqual(wanted)
    }
  })
})
