import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { System } from '../../scripts/packaged-app.ts'

/** Where Electron keeps its fuses: this mark, the version, their number, then one letter each. */
const FUSE_MARK = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** Electron's defaults: run as Node, Node's options and the inspector allowed; archive not checked. */
const AS_DELIVERED = '101100010'
const LANGUAGES = ['en-US', 'ro', 'ru', 'de']

/**
 * The unpacked content of an Electron download, as far as a packager touches it: the files that it renames, edits and
 * copies, with fuses, but without Electron. This makes real packing possible, with all our files, where Electron is
 * not available.
 */
export function layOutElectron(folder: string, system: System): void {
  const put = (path: string, body: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), body, { mode: 0o755 })
  }
  if (system === 'darwin') layOutMac(put)
  else layOutFlat(put, system)
}

type Put = (path: string, body: string | Buffer) => void

function layOutFlat(put: Put, system: 'win32' | 'linux'): void {
  put(system === 'win32' ? 'electron.exe' : 'electron', withFuses())
  put('version', '0.0.0')
  put('LICENSE', '')
  for (const language of LANGUAGES) put(`locales/${language}.pak`, '')
}

const withFuses = (): Buffer =>
  Buffer.concat([Buffer.alloc(64), Buffer.from(FUSE_MARK), Buffer.from([1, 9]), Buffer.from(AS_DELIVERED)])

function layOutMac(put: Put): void {
  const contents = 'Electron.app/Contents'
  const framework = `${contents}/Frameworks/Electron Framework.framework`
  put(`${contents}/Info.plist`, plist('Electron'))
  put(`${contents}/MacOS/Electron`, '')
  put(`${contents}/Resources/electron.icns`, '')
  put(`${framework}/Electron Framework`, withFuses())
  for (const language of ['en', 'ro', 'ru', 'de']) {
    put(`${contents}/Resources/${language}.lproj/locale.pak`, '')
    put(`${framework}/Versions/A/Resources/${language}.lproj/locale.pak`, '')
  }
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const name = `Electron Helper${kind}`
    put(`${contents}/Frameworks/${name}.app/Contents/Info.plist`, plist(name))
    put(`${contents}/Frameworks/${name}.app/Contents/MacOS/${name}`, '')
  }
}

const plist = (name: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>${name}</string><key>CFBundleName</key><string>${name}</string>
</dict></plist>`
