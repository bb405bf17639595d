import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'

/**
 * What the build changes so that an idle program takes less memory, measured on the server from its tarball. Each part
 * throws when a package is no longer as it expects.
 */
export const smallMemory: Plugin[] = [lightHttp(), axiosOverHttp(), decodedTables(), narrowCode()]

/**
 * An import of Node's `http` reads all that it exports, and three of these load an HTTP client that we never use (3 MB);
 * asked for by a call, it is loaded alone. `http2` is imported by axios and fastify for options that we do not set (1 MB).
 */
function lightHttp(): Plugin {
  const HTTP = '\0node-http'
  const NO_HTTP2 = '\0no-http2'
  const used = 'Agent, createServer, get, IncomingMessage, request, ServerResponse, STATUS_CODES'
  return {
    name: 'light-http',
    enforce: 'pre',
    // electron-vite leaves every module of Node outside before a plugin is asked.
    configResolved({ build }) {
      const { external } = build.rolldownOptions
      if (!Array.isArray(external)) throw new Error('electron-vite names no list of outside modules any more')
      build.rolldownOptions.external = external.filter((one) => !/^(node:)?http2?$/.test(String(one)))
    },
    resolveId(id, _importer, { kind }) {
      if (/^(node:)?http2$/.test(id)) return NO_HTTP2
      if (!/^(node:)?http$/.test(id)) return null
      return kind === 'require-call' ? { id: 'node:http', external: true } : HTTP
    },
    load(id) {
      if (id === NO_HTTP2) return 'export const constants = {}\nexport default { constants }'
      if (id !== HTTP) return null
      return `const http = process.getBuiltinModule('node:http')\nexport default http\nexport const { ${used} } = http`
    },
  }
}

/** axios looks at start whether `fetch` and its forms exist, which loads the same client. Our calls go over `http`. */
function axiosOverHttp(): Plugin {
  const FORMS = "typeof G.FormData !== 'undefined' ? G.FormData : undefined"
  return {
    name: 'axios-over-http',
    enforce: 'pre',
    transform(code, id) {
      if (id.endsWith('/axios/lib/adapters/fetch.js')) return 'export const getFetch = () => null'
      if (!id.endsWith('/axios/lib/utils.js')) return null
      if (!code.includes(FORMS))
        throw new Error('axios looks for FormData in another way: see small-memory.ts')
      return code.replace(FORMS, 'undefined')
    },
  }
}

/**
 * The tables of HTML's named characters are unpacked by loops, at every start; those loops alone make V8 load its
 * optimizing compiler (5 MB). Here they are unpacked while building.
 */
function decodedTables(): Plugin {
  let unpacked = 0
  return {
    name: 'decoded-tables',
    enforce: 'pre',
    async load(id) {
      if (!/[\\/]entities[\\/]dist[\\/]generated[\\/]decode-data-\w+\.js$/.test(id)) return null
      const tables = Object.entries((await import(pathToFileURL(id).href)) as Record<string, unknown>)
      // Another version of the package keeps them as texts.
      if (!tables.every(([, table]) => table instanceof Uint16Array)) return null
      unpacked++
      const made = (tables as [string, Uint16Array][]).map(([name, { buffer, byteOffset, byteLength }]) => {
        const packed = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64')
        return `export const ${name} = table('${packed}')`
      })
      return `const table = (packed) => new Uint16Array(new Uint8Array(Buffer.from(packed, 'base64')).buffer)\n${made.join('\n')}`
    },
    buildEnd(error) {
      if (error === undefined && unpacked === 0) throw new Error('there are no tables of characters any more')
    },
  }
}

/**
 * V8 keeps the text of the code, with two bytes a character where one of a file needs them: `…` and the like are written
 * as escapes where that is shorter (2 MB). The maps beside the files are off by these few columns.
 */
function narrowCode(): Plugin {
  const WIDE = /[^\0-\xff]/g
  return {
    name: 'narrow-code',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk' && isNarrowBetter(file.code)) file.code = narrow(file.code)
      }
    },
  }
  function isNarrowBetter(code: string): boolean {
    const wide = code.match(WIDE)?.length ?? 0
    return wide > 0 && wide * 5 < code.length
  }
  function narrow(code: string): string {
    // Where a backslash or a tag would give the escape another meaning.
    const found = /.{0,40}(?:(?<!\\)(?:\\\\)*\\[^\0-\xff]|String\.raw`[^`]*[^\0-\xff]).{0,10}/.exec(code)
    if (found !== null) throw new Error(`cannot be written as an escape, see small-memory.ts: ${found[0]}`)
    return code.replace(WIDE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  }
}
