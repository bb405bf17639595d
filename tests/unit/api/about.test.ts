import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aboutCalls } from '../../../src/main/api/about.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridge-about-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('the licences are the text that the build has put beside the program', async () => {
  const file = join(folder, 'licences.txt')
  await writeFile(file, 'zod 4 (MIT)\n')
  const answer = await aboutCalls([join(folder, 'missing.txt'), file])['about.licences']({})
  expect(answer).toEqual({ ok: true, value: { text: 'zod 4 (MIT)\n' } })
})

test('without a build there is no text, and no error', async () => {
  const answer = await aboutCalls([join(folder, 'missing.txt')])['about.licences']({})
  expect(answer).toEqual({ ok: true, value: { text: null } })
})
