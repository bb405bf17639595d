import { existsSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

/** The entries that exist: a checkout without the demo or the stand-alone simulators still builds. */
const entries = Object.fromEntries(
  Object.entries({
    server: 'src/main/server/index.ts',
    cli: 'src/main/cli/index.ts',
    demo: 'src/main/server/demo/index.ts',
    simulators: 'src/simulators/main.ts',
  }).filter(([, file]) => existsSync(file)),
)

/**
 * One build for every process of the product. `main` holds the Node entries: the server host, the command
 * line and the demo with its simulators. Our code and pure-JavaScript libraries are bundled, so the program starts
 * from a few files; native modules stay outside.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      minify: false,
      sourcemap: true,
      externalizeDeps: false,
      rollupOptions: {
        input: entries,
        external: ['better-sqlite3', 'keytar', 'electron'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
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
      minify: true,
      rollupOptions: { input: { index: 'src/renderer/index.html' } },
    },
    plugins: [react()],
  },
})
