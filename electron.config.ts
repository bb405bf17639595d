import { existsSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { catalogueProblems } from './scripts/check-translations.ts'
import { writeTexts } from './scripts/licences.ts'
import { NATIVE_MODULES } from './scripts/native-modules.ts'
import { smallMemory } from './scripts/small-memory.ts'

/** The entries that exist: a checkout without the demo or the stand-alone simulators still builds. */
const entries = Object.fromEntries(
  Object.entries({
    server: 'src/main/server/index.ts',
    cli: 'src/main/cli/index.ts',
    relay: 'src/main/relay/index.ts',
    demo: 'src/main/demo/index.ts',
    desktop: 'src/main/desktop/index.ts',
    // A thread of every host: it copies and checks the store.
    'store-worker': 'src/main/store/backup/worker.ts',
    simulators: 'src/simulators/main.ts',
  }).filter(([, file]) => existsSync(file)),
)

/** A text that is missing in a language stops the build. */
const completeCatalogues = {
  name: 'complete-catalogues',
  buildStart() {
    const problems = catalogueProblems(join(import.meta.dirname, 'src/shared/i18n'))
    if (problems.length > 0) throw new Error(`The catalogues are incomplete:\n${problems.join('\n')}`)
  },
}

/**
 * Machine code that a package compiles for itself while it is installed (ssh2's faster ciphers) is left out: it fits the
 * computer and the Node that compiled it, and the package does without it. So a build is the same wherever it was made.
 */
const noCompiledParts = {
  name: 'no-compiled-parts',
  enforce: 'pre' as const,
  resolveId: (id: string) => (id.endsWith('.node') ? '\0compiled-part' : null),
  load: (id: string) =>
    id === '\0compiled-part' ? 'module.exports = null\nthrow new Error("not part of the build")' : null,
}

/** `main` and `preload` are built before the page, so everything that is bundled is known then. */
const licenceTexts = { name: 'licence-texts', closeBundle: () => writeTexts(import.meta.dirname) }

/**
 * Parts of fastify that no server of ours reaches (http/without-schemas.ts) are left out: compilers of JSON schemas, and
 * requests without a socket, for tests. They are only asked for by calls.
 */
const UNREACHED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request']
const noUnreachedParts = {
  name: 'no-unreached-parts',
  enforce: 'pre' as const,
  resolveId: (id: string) => (UNREACHED.includes(id) ? '\0unreached' : null),
  load: (id: string) => (id === '\0unreached' ? 'module.exports = null' : null),
}

/**
 * One build for every process of the product. `main` holds the Node entries: the server host, the command
 * line, the demo with its simulators, and the desktop's Electron process. Our code and pure-JavaScript libraries are bundled, so the program starts
 * from a few files; native modules stay outside.
 */
export default defineConfig({
  main: {
    plugins: [noCompiledParts, noUnreachedParts, ...smallMemory],
    build: {
      outDir: 'out/main',
      license: { fileName: 'licences.json' },
      minify: false,
      sourcemap: true,
      externalizeDeps: false,
      rollupOptions: {
        input: entries,
        external: [...NATIVE_MODULES, 'electron'],
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          // V8 keeps the text of the code: without spaces the idle bridge takes 3 MB less. Names stay, for traces.
          minify: { compress: true, mangle: false },
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      license: { fileName: 'licences.json' },
      rollupOptions: {
        input: { index: 'src/preload/index.ts' },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    build: {
      outDir: 'out/renderer',
      license: { fileName: 'licences.json' },
      minify: true,
      rollupOptions: {
        input: { index: 'src/renderer/index.html' },
        output: {
          // What the window and the overview need is one file: a browser asks for six at a time, and each costs it a turn.
          codeSplitting: { groups: [{ name: 'window', tags: ['$initial'] }] },
        },
      },
    },
    plugins: [completeCatalogues, react(), licenceTexts],
  },
})
