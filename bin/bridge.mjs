#!/usr/bin/env node
// `bridge` of a checkout (npm link, npx): what `npm run bridge --` does, from any folder. Artefacts bring their own.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const own = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
const name = basename(process.argv[1] ?? '').startsWith('bridge-relay') ? 'relay' : 'bridge'
const node = existsSync(own) ? own : process.execPath
const args = [join(root, 'scripts/run.ts'), name, ...process.argv.slice(2)]
const program = spawn(node, args, { stdio: 'inherit' })
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => program.kill(signal))
program.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
