import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { ROOT } from '../../../scripts/build.ts'
import { smallMemory } from '../../../scripts/small-memory.ts'

type Hook = (...args: unknown[]) => unknown
/** A hook of one of the build's plugins, as the builder calls it. */
const hook = (name: string, which: string): Hook => {
  const plugin = smallMemory.find((one) => one.name === name) as unknown as Record<string, Hook> | undefined
  const found = plugin?.[which]
  if (found === undefined) throw new Error(`${name} has no ${which}`)
  return found
}

test('unpacked tables hold what the package unpacks at each start', async () => {
  for (const name of ['html', 'xml']) {
    const file = join(ROOT, `node_modules/entities/dist/generated/decode-data-${name}.js`)
    const code = await hook('decoded-tables', 'load')(file)
    const url = `data:text/javascript;base64,${Buffer.from(String(code)).toString('base64')}`
    const [built, real] = [await import(url), await import(pathToFileURL(file).href)]
    expect(Object.keys(built)).toEqual(Object.keys(real))
    expect(built[`${name}DecodeTree`]).toEqual(real[`${name}DecodeTree`])
  }
  expect(await hook('decoded-tables', 'load')(join(ROOT, 'node_modules/entities/dist/decode.js'))).toBe(null)
})

const narrowed = (code: string): string => {
  const bundle = { 'a.js': { type: 'chunk', code } }
  hook('narrow-code', 'generateBundle')({}, bundle)
  return bundle['a.js'].code
}

test('code with few wide characters is written with escapes that mean the same', () => {
  const code =
    "const text = 'one… “two” 😀', plain = /[–—]\\s/.source.length, one = 'ß: é'; [text, plain, one]"
  const escaped = narrowed(code)
  expect(escaped).not.toMatch(/[^\0-\xff]/)
  expect(escaped).toContain('ß: é')
  // biome-ignore lint/security/noGlobalEval: the code of this test.
  expect(globalThis.eval(escaped)[0]).toBe('one… “two” 😀')
})

test('texts that are mostly wide stay as they are', () => {
  const code = "export const ru = 'Добрый день'"
  expect(narrowed(code)).toBe(code)
})

test('a character that an escape would change stops the build', () => {
  const padding = `/* ${'x'.repeat(100)} */`
  expect(() => narrowed(`${padding}const a = /\\–/`)).toThrow('cannot be written as an escape')
  expect(() => narrowed(`${padding}const a = String.raw\`–\``)).toThrow('cannot be written as an escape')
  // An escaped backslash before it is no escape of it.
  expect(narrowed(`${padding}const a = '\\\\–'`)).toContain("'\\\\\\u2013'")
})

test('another axios than the known one stops the build, so that its saving is not lost unseen', () => {
  const transform = hook('axios-over-http', 'transform')
  const file = '/a/node_modules/axios/lib/utils.js'
  const known = "const Form = typeof G.FormData !== 'undefined' ? G.FormData : undefined"
  expect(transform(known, file)).toBe('const Form = undefined')
  expect(() => transform('const Form = globalThis.FormData', file)).toThrow('another way')
  expect(transform(known, '/a/node_modules/other/lib/utils.js')).toBe(null)
})
