import { describe, expect, test } from 'vitest'
import { mayCacheCompiledCode } from '../../../src/main/desktop/lifecycle/compile-cache.ts'
import { identifyOnWindows } from '../../../src/main/desktop/lifecycle/windows-identity.ts'
import { isPanelDark } from '../../../src/main/desktop/tray/image.ts'
import { contextMenuTemplate, menuTemplate } from '../../../src/main/desktop/window/menu.ts'
import { LANGUAGES, translate } from '../../../src/shared/i18n/index.ts'

describe("the panel's brightness", () => {
  const light = { shouldUseDarkColors: false, shouldUseDarkColorsForSystemIntegratedUI: false }
  const dark = { shouldUseDarkColors: true, shouldUseDarkColorsForSystemIntegratedUI: true }
  const on = (desktop: string | undefined, theme = light) =>
    isPanelDark('linux', theme, desktop === undefined ? {} : { XDG_CURRENT_DESKTOP: desktop })

  test.each(['GNOME', 'ubuntu:GNOME', 'GNOME-Classic:GNOME', 'Unity', 'Pantheon', 'pop:GNOME'])(
    'the bar of %s is dark with the light theme, too',
    (desktop) => expect(on(desktop)).toBe(true),
  )
  test.each(['KDE', 'XFCE', 'X-Cinnamon', 'MATE', 'GNOME-Flashback-like', '', undefined])(
    'the bar of %s follows the theme',
    (desktop) => {
      expect(on(desktop)).toBe(false)
      expect(on(desktop, dark)).toBe(true)
    },
  )
  test('Windows and macOS distinguish the bar from the windows', () => {
    const mixed = { shouldUseDarkColors: false, shouldUseDarkColorsForSystemIntegratedUI: true }
    expect(isPanelDark('win32', mixed, { XDG_CURRENT_DESKTOP: 'GNOME' })).toBe(true)
    expect(isPanelDark('darwin', { ...mixed, shouldUseDarkColorsForSystemIntegratedUI: false }, {})).toBe(
      false,
    )
  })
})

describe('the menu', () => {
  const roles = (platform: NodeJS.Platform) => {
    const entries = menuTemplate(platform, (key) => translate('en', key)).flatMap(({ role, submenu }) => [
      role,
      ...(Array.isArray(submenu) ? submenu.map((one) => one.role) : []),
    ])
    return entries.filter((role) => role !== undefined)
  }
  test.each(['win32', 'linux', 'darwin'] as const)(
    'the menu on %s has shortcuts for zooming, copying and closing',
    (platform) => {
      expect(roles(platform)).toEqual(
        expect.arrayContaining(['zoomIn', 'zoomOut', 'resetZoom', 'editMenu', 'windowMenu']),
      )
      // Closing is in the window menu, on macOS in the file menu (menu-item-roles.ts).
      expect(roles(platform).includes('fileMenu')).toBe(platform === 'darwin')
      expect(roles(platform)).toContain('close')
    },
  )

  test.each(LANGUAGES)('every label of the menu is written for the owner: %s', (language) => {
    const labels = menuTemplate('darwin', (key) => translate(language, key))
      .flatMap((menu) => [menu, ...(Array.isArray(menu.submenu) ? menu.submenu : [])])
      .filter(({ type, role }) => type !== 'separator' && role !== 'appMenu')
      .map(({ label }) => label)
    expect(labels).not.toContain(undefined)
    if (language !== 'en') expect(labels.join()).not.toMatch(/[Cc]opy|Zoom/)
  })
})

describe('a right click', () => {
  const flags = { canCut: true, canCopy: true, canPaste: true, canSelectAll: true }
  const roles = (params: { isEditable: boolean; selectionText: string; editFlags?: Partial<typeof flags> }) =>
    contextMenuTemplate({ ...params, editFlags: { ...flags, ...params.editFlags } as never }, (key) =>
      translate('en', key),
    ).map(({ role, enabled }) => (role === undefined ? '-' : `${role}${enabled ? '' : ' (off)'}`))

  test('a right click into a field offers to cut, copy and paste', () => {
    expect(roles({ isEditable: true, selectionText: 'abc' })).toEqual([
      'cut',
      'copy',
      'paste',
      '-',
      'selectAll',
    ])
  })
  test('a right click into a field offers what is possible', () => {
    const editFlags = { canCut: false, canCopy: false }
    expect(roles({ isEditable: true, selectionText: '', editFlags })).toEqual([
      'cut (off)',
      'copy (off)',
      'paste',
      '-',
      'selectAll',
    ])
  })
  test('a right click on selected text offers to copy it, and elsewhere nothing', () => {
    expect(roles({ isEditable: false, selectionText: 'abc' })).toEqual(['copy'])
    expect(roles({ isEditable: false, selectionText: ' ' })).toEqual([])
  })
})

describe('compiled code on disk', () => {
  test.each([
    ['win32', true, null, false],
    ['darwin', true, null, false],
    ['linux', true, null, true],
    ['linux', true, '/a/Bridge.AppImage', false],
    ['win32', false, null, true],
    ['darwin', false, null, true],
  ] as const)(
    'compiled code is cached: %s, packaged %s, AppImage %s: %s',
    (platform, isPackaged, appImage, kept) => {
      expect(mayCacheCompiledCode({ platform, isPackaged, appImage })).toBe(kept)
    },
  )
})

describe('on Windows', () => {
  const named = (isPackaged: boolean) => {
    const said: string[] = []
    const app = {
      isPackaged,
      setAppUserModelId: (id: string) => void said.push(id),
      setToastActivatorCLSID: (id: string) => void said.push(id),
    }
    identifyOnWindows(app, 'C:\\node_modules\\electron\\electron.exe')
    return said
  }
  test('an installed program has one permanent name, and one in development another', () => {
    const [name, activator] = named(true)
    expect(name).toBe('com.chatra-planfix-bridge.desktop')
    expect(activator).toMatch(/^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/)
    expect(named(false)).toEqual(['C:\\node_modules\\electron\\electron.exe'])
  })
})
