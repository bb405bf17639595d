import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

interface Configuration {
  compilerOptions: { lib?: string[]; types?: string[] }
  references: { path: string }[]
  include: string[]
  exclude: string[]
}
const read = (path: string) =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')) as Configuration
const whole = read('tsconfig.json')
const node = read('tsconfig.node.json')
const web = read('tsconfig.web.json')
const tests = read('tsconfig.browser-tests.json')

test('files outside the Node project are checked by another project', () => {
  const elsewhere = [...web.include, ...tests.include]
  expect(node.include).toEqual(['src', 'scripts', 'tests', '*.ts'])
  expect(node.exclude.filter((path) => !elsewhere.includes(path))).toEqual([])
  expect(whole.references.map(({ path }) => path)).toEqual([
    './tsconfig.node.json',
    './tsconfig.web.json',
    './tsconfig.browser-tests.json',
  ])
})

test('Node code uses no browser types, and the page uses no Node types', () => {
  expect(node.compilerOptions.lib ?? whole.compilerOptions.lib).toEqual(['ES2024'])
  expect(web.compilerOptions.types ?? whole.compilerOptions.types).toEqual([])
  expect(node.exclude.filter((path) => path.startsWith('src/'))).toEqual(['src/renderer'])
})
