import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

export interface Asset {
  body: Buffer
  type: string
  /** Its name changes with its content. */
  lasting: boolean
}

/**
 * The built page. Only files that existed at the first request are served, so no path can leave the folder.
 */
export function createAssets(
  folder: string | null = builtRenderer(),
): (path: string) => Promise<Asset | null> {
  let files: Map<string, string> | null = null
  return async (path) => {
    if (folder === null) return null
    files ??= listed(folder)
    const file = files.get(path === '/' ? '/index.html' : path)
    if (file === undefined) return null
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    return { body: await readFile(file), type, lasting: path.startsWith('/assets/') }
  }
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
}

function listed(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.map'),
  )
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, path]))
}

/** `out/renderer`, relative to a built host (out/main, or a chunk of it) or to the sources. */
function builtRenderer(): string | null {
  const places = ['../renderer', '../../renderer', '../../../out/renderer']
  const folders = places.map((place) => join(import.meta.dirname, place))
  return (
    folders.find((folder) => existsSync(join(folder, 'index.html')) && folder.includes(`${sep}out${sep}`)) ??
    null
  )
}
