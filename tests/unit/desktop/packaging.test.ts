import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** The packager's configuration, in points that only a real system would show to be wrong. */
const read = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8')
const builder = read('electron-builder.yml')
/** The lines below a name with a deeper indentation. */
const part = (name: string): string => new RegExp(`^${name}:\n((?: .*\n|\n)+)`, 'm').exec(builder)?.[1] ?? ''

test('the AppImage contains its own runtime, as current systems install no libfuse2', () => {
  // `0.0.0`, and a missing value, mean the old runtime.
  expect(part('toolsets')).toMatch(/^ {2}appimage: [1-9]\d*\.\d+\.\d+$/m)
})

test("an update keeps the AppImage's name, which is started at login", () => {
  expect(part('appImage')).toMatch(/artifactName: \S+/)
  expect(part('appImage')).not.toContain('version}')
})

test('the uninstaller removes the login entry, under the name it has', () => {
  const script = read('resources/installer/installer.nsh')
  expect(part('nsis')).toContain('include: resources/installer/installer.nsh')
  for (const key of ['CurrentVersion\\Run', 'StartupApproved\\Run'])
    expect(script).toMatch(
      new RegExp(`DeleteRegValue HKCU ".*${key.replace('\\', '\\\\')}" "\\$\\{APP_ID\\}"`),
    )
  const id = /^appId: (.*)$/m.exec(builder)?.[1]
  expect(read('src/main/desktop/lifecycle/windows-identity.ts')).toContain(`'${id}'`)
})

test("macOS shows the product's name, and no dock icon before there is a window", () => {
  expect(part('extraMetadata')).toMatch(/^ {2}productName: /m)
  expect(part('mac')).toMatch(/extendInfo:\n(.*\n)* {4}LSUIElement: true/)
})
