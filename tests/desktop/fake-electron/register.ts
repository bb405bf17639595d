import './platform.ts'

import { createRequire, registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeLoaded } from './app.ts'
import { electron, exported } from './electron.ts'
import { serveDriver } from './remote.ts'

/**
 * `node --import …/register.mjs out/main/desktop.js`: `electron` means the stand-in, for `import` and `require`;
 * after the entry was executed, the steps follow that Electron takes then.
 */
const ADDRESS = 'stand-in:electron'
const HERE = Symbol.for('electron stand-in')
Object.assign(globalThis, { [HERE]: { electron, codeLoaded } })

const entry = pathToFileURL(resolve(process.argv[1] ?? '')).href
const get = `globalThis[Symbol.for('electron stand-in')]`
const asModule = [
  `const electron = ${get}.electron`,
  'export default electron',
  ...exported.map((name) => `export const ${name} = electron.${name}`),
].join('\n')

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'electron' && specifier !== 'electron/main') return next(specifier, context)
    const format = context.conditions.includes('require') ? 'commonjs' : 'module'
    return { url: `${ADDRESS}.${format}`, format, shortCircuit: true }
  },
  load(url, context, next) {
    if (url === `${ADDRESS}.commonjs`)
      return { format: 'commonjs', source: `module.exports = ${get}.electron`, shortCircuit: true }
    if (url === `${ADDRESS}.module`) return { format: 'module', source: asModule, shortCircuit: true }
    const loaded = next(url, context)
    if (url !== entry) return loaded
    // `ready` comes when the entry was executed to its end, also if it awaits something.
    return { ...loaded, source: `${loaded.source}\n;${get}.codeLoaded()\n` }
  },
})

Object.defineProperty(process, 'versions', {
  value: Object.freeze({ ...process.versions, electron: '45.0.0', chrome: '150.0.0.0' }),
})
Object.assign(process, {
  type: 'browser',
  resourcesPath: process.env.STAND_IN_RESOURCES ?? resolve('resources'),
})
// Electron crashes on a report on Linux; it disables Node's own tests of it (script/node-disabled-tests.json).
if (process.platform === 'linux') process.report.getReport = () => process.abort()
if (process.env.STAND_IN_PACKAGED !== '1') Object.assign(process, { defaultApp: true })
serveDriver()
// As `electron -r` does it.
if (process.env.STAND_IN_REQUIRE) createRequire(import.meta.url)(process.env.STAND_IN_REQUIRE)
