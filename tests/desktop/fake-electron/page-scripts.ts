import { readFileSync } from 'node:fs'
import { makeCodec } from './codec.ts'
import { makeCrossing } from './page/crossing.ts'
import { mainWorld } from './page/main-world.ts'
import { preloadWorld } from './page/preload-world.ts'

export const PRELOAD_WORLD = 'Electron Isolated Context'

/**
 * Scripts that run in a page before its own: in the page's world, and in the preload's. `nonce` keeps the page out of
 * their messages.
 */
export function pageScripts(preload: string | undefined, nonce: string): { main: string; preload: string } {
  const source = preload === undefined ? '' : readFileSync(preload, 'utf8')
  if (/^\s*(import|export)\b/m.test(source)) throw new Error('Cannot use import statement outside a module')
  const tools = `${makeCodec}, ${makeCrossing}, ${JSON.stringify(nonce)}`
  return {
    main: `(${mainWorld})(${tools})`,
    preload: `(${preloadWorld})(${tools}, function (require, process, module, exports) {\n${source}\n})`,
  }
}
