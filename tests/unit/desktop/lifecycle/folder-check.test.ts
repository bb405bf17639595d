import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { folderProblem } from '../../../../src/main/desktop/lifecycle/folder-check.ts'

const folder = mkdtempSync(join(tmpdir(), 'folder-trouble-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a folder that can be created and written has no problem, and stays empty', () => {
  const wanted = join(folder, 'a/b')
  expect(folderProblem(wanted)).toBeNull()
  expect(readdirSync(wanted)).toEqual([])
})

test('a file in place of the folder or of its parent is a problem', () => {
  const file = join(folder, 'file')
  if (!existsSync(folder)) folderProblem(folder)
  writeFileSync(file, '')
  expect(folderProblem(file)).toMatchObject({ code: expect.stringMatching(/EEXIST|ENOTDIR/) })
  expect(folderProblem(join(file, 'a'))).toMatchObject({ code: 'ENOTDIR' })
})
