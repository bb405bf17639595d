import { afterEach, beforeEach, expect, test } from 'vitest'
import { startDemo } from '../../../src/main/demo/beside.ts'
import type { DemoScene } from '../../../src/shared/api/demo.ts'
import { STORIES, type StoryName } from '../../../src/shared/demo/names.ts'
import { stories } from '../../../src/shared/demo/stories.ts'
import { type TextKey, translate } from '../../../src/shared/i18n/index.ts'
import type { Language } from '../../../src/shared/languages.ts'
import { noting } from '../../support/boot.ts'
import { Bridge } from '../../support/bridge.ts'

let bridge: Bridge
const { log } = noting()
beforeEach(async () => {
  bridge = await Bridge.start(null, { demo: { start: (language) => startDemo(log, language) }, speed: 1 })
  await bridge.get('demo.start', {})
})
afterEach(() => bridge.stop())

const scene = (story: StoryName): Promise<DemoScene> => bridge.get('demo.scene', { story })
const isOver = async (story: StoryName) => {
  const now = await scene(story)
  return now.isOver ? now : null
}

/** Plays the next step to its end. */
async function next(story: StoryName, language: Language = 'en'): Promise<DemoScene> {
  await bridge.get('demo.next', { story, language })
  return bridge.until(`the end of a step of ${story}`, () => isOver(story))
}
async function playAll(story: StoryName, language: Language = 'en'): Promise<DemoScene> {
  let last = await scene(story)
  while (last.step < stories[story].steps.length) last = await next(story, language)
  return last
}
const said = ({ chat }: DemoScene) => chat.map(({ text }) => text)
const commented = ({ comments }: DemoScene) => comments.map(({ text }) => text).join('\n')

test('a question and its reply are on both sides, once', async () => {
  const t = (key: TextKey) => translate('en', key)
  const end = await playAll('answer')
  expect(said(end)).toEqual([t('demo.answer.1.text'), t('demo.answer.2.text'), t('demo.answer.3.text')])
  expect(end.chat.map(({ from }) => from)).toEqual(['client', 'shop', 'client'])
  for (const text of said(end)) expect(commented(end).split(text)).toHaveLength(2)
  expect(end).toMatchObject({
    client: 'Anna',
    employee: 'Ana Rusu',
    isOver: true,
    tally: { written: 3, arrived: 3, twice: 0, waiting: 0, inside: 0 },
  })
  expect(end.task?.name).toContain('Anna')
  expect(end.log.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered'])
  expect(await bridge.refusal('demo.next', { story: 'answer', language: 'en' })).toMatchObject({
    code: 'conflict',
  })
})

test('an internal comment stays inside and the log says why; an image goes each way', async () => {
  const note = translate('en', 'demo.inside.3.text')
  await next('inside')
  await next('inside')
  const noted = await next('inside')
  expect(commented(noted)).toContain(note)
  expect(said(noted).join()).not.toContain(note)
  expect(noted.log[0]).toMatchObject({ state: 'skipped', reason: 'internal-client-not-notified', text: note })
  expect(noted.comments.at(-1)).toMatchObject({ notified: ['Mihai Ceban'], from: 'employee' })
  const end = await next('inside')
  const sent = end.chat.flatMap(({ from, pictures }) => (from === 'client' ? pictures : []))
  const got = end.chat.flatMap(({ from, pictures }) => (from === 'shop' ? pictures : []))
  const inTask = (from: string) =>
    end.comments.filter((one) => one.from === from).flatMap(({ pictures }) => pictures)
  expect(inTask('client')).toEqual(sent)
  expect(inTask('employee')).toEqual(got)
  expect([sent.length, got.length]).toEqual([1, 1])
  expect(end.tally).toEqual({ written: 4, arrived: 3, twice: 0, waiting: 0, inside: 1 })
})

test('while Planfix stops, a message waits and is reported; afterwards it arrives once', {
  timeout: 60_000,
}, async () => {
  const waiting = translate('en', 'demo.failure.3.text')
  await next('failure')
  const stopped = await next('failure')
  expect(stopped).toMatchObject({
    planfixDown: true,
    sides: { planfix: { state: 'waiting', code: 'failing' } },
  })
  const held = await next('failure')
  expect(commented(held)).not.toContain(waiting)
  expect(held.tally).toMatchObject({ written: 2, arrived: 1, waiting: 1 })
  expect(
    await bridge.refusal('demo.write', {
      story: 'failure',
      as: 'employee',
      text: 'Hello',
      internal: false,
      language: 'en',
    }),
  ).toMatchObject({ code: 'conflict' })
  await bridge.get('demo.next', { story: 'failure', language: 'en' })
  await bridge.get('demo.tryNow', {})
  const healed = await bridge.until('the end of the failure', () => isOver('failure'))
  expect(healed).toMatchObject({ step: 4, planfixDown: false, sides: { planfix: { state: 'ok' } } })
  expect(commented(healed).split(waiting)).toHaveLength(2)
  const end = await next('failure')
  expect(end.tally).toEqual({ written: 3, arrived: 3, twice: 0, waiting: 0, inside: 0 })
})

test.each(['ro', 'ru'] as const)('people speak the language of the interface: %s', async (language) => {
  const end = await playAll('inside', language)
  const t = (key: TextKey) => translate(language, key)
  expect(end.client).toBe(t('demo.inside.client'))
  expect(said(end)[0]).toBe(t('demo.inside.1.text'))
  expect(commented(end)).toContain(t('demo.inside.3.text'))
  expect(commented(end)).toContain(`${t('demo.inside.page')} https://shop.example/lamps`)
  expect(end.chat.flatMap(({ pictures }) => pictures.map(({ name }) => name))).toEqual([
    t('demo.picture.client'),
    t('demo.picture.employee'),
  ])
})

test('a step begins only when the one before is over, one at a time', async () => {
  const answers = await Promise.all(
    [1, 2].map(() => bridge.call('demo.next', { story: 'answer', language: 'en' })),
  )
  expect(answers.map(({ ok }) => ok)).toEqual([true, false])
  expect(await scene('answer')).toMatchObject({ step: 1 })
})

test('people write beside the story on both sides', async () => {
  const write = (as: 'client' | 'employee', text: string, internal = false) =>
    bridge.call('demo.write', { story: 'answer', as, text, internal, language: 'en' })
  expect(await write('employee', 'Is anybody there?')).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  })
  await write('client', 'Hi <b>there</b> & hello\nSecond line')
  await bridge.until('the task', async () => (await scene('answer')).tally.arrived === 1)
  await write('employee', 'Only for us', true)
  await write('employee', 'a < b && c\n"so"')
  await write('client', 'Hello again')
  const end = await bridge.until('all of it', async () => {
    const now = await scene('answer')
    return now.tally.arrived === 3 && now.tally.inside === 1 ? now : null
  })
  expect(end.tally).toEqual({ written: 4, arrived: 3, twice: 0, waiting: 0, inside: 1 })
  expect(said(end).toSorted()).toEqual(
    ['Hi <b>there</b> & hello\nSecond line', 'a < b && c\n"so"', 'Hello again'].toSorted(),
  )
  expect(end.step).toBe(0)
})

test('a story that begins again has a new client and a new task, and Planfix works', async () => {
  await next('failure')
  const first = (await scene('failure')).task?.id
  await next('failure')
  await bridge.get('demo.again', { story: 'failure', language: 'en' })
  expect(await scene('failure')).toMatchObject({ step: 0, chat: [], task: null, log: [], planfixDown: false })
  await bridge.get('demo.tryNow', {})
  const again = await next('failure')
  expect(again.task?.id).not.toBe(first)
  expect(STORIES).toContain('failure')
})

test('the interface hears when a conversation changes', async () => {
  const { pushes, end } = bridge.listen()
  await next('answer')
  await bridge.until('the push', () => pushes.some(({ event }) => event === 'demo'))
  end()
})

test('who types before a story begins is in the language of the interface as well', async () => {
  await bridge.get('demo.write', {
    story: 'answer',
    as: 'client',
    text: 'Здравствуйте',
    internal: false,
    language: 'ru',
  })
  const begun = await bridge.until('the task', async () => {
    const now = await scene('answer')
    return now.task ? now : null
  })
  expect(begun.client).toBe(translate('ru', stories.answer.client))
  expect(commented(begun)).toContain(`${translate('ru', 'task.source')}: Chatra`)
})
