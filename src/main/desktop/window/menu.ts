import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron'
import type { TextKey } from '../../../shared/i18n/index.ts'

type Item = MenuItemConstructorOptions
type Say = (key: TextKey) => string

const LINE: Item = { type: 'separator' }

/**
 * The menu of the application, in the owner's language: Electron's roles bring the behaviour, and English
 * labels. macOS takes the shortcuts of copying, closing and zooming from it; on Windows and Linux the window
 * hides its bar (Alt shows it), and the menu provides the shortcuts, mainly for zooming (WCAG 1.4.4). There it
 * has no file menu, whose Ctrl+Q would quit the bridge.
 */
export function menuTemplate(platform: NodeJS.Platform, t: Say): Item[] {
  const isMac = platform === 'darwin'
  const close: Item = { role: 'close', label: t('menu.close') }
  const fileMenu: Item = { role: 'fileMenu', label: t('menu.file'), submenu: [close] }
  return [
    ...(isMac ? [appMenu(t), fileMenu] : []),
    {
      role: 'editMenu',
      label: t('menu.edit'),
      submenu: [
        { role: 'undo', label: t('menu.undo') },
        { role: 'redo', label: t('menu.redo') },
        LINE,
        { role: 'cut', label: t('menu.cut') },
        { role: 'copy', label: t('menu.copy') },
        { role: 'paste', label: t('menu.paste') },
        { role: 'selectAll', label: t('menu.select-all') },
      ],
    },
    { label: t('menu.view'), submenu: viewItems(t) },
    {
      role: 'windowMenu',
      label: t('menu.window'),
      submenu: [{ role: 'minimize', label: t('menu.minimize') }, ...(isMac ? [] : [close])],
    },
  ]
}

/** macOS names it after the program. */
const appMenu = (t: Say): Item => ({
  role: 'appMenu',
  submenu: [
    { role: 'about', label: t('menu.about') },
    LINE,
    { role: 'hide', label: t('menu.hide') },
    { role: 'hideOthers', label: t('menu.hide-others') },
    { role: 'unhide', label: t('menu.unhide') },
    LINE,
    { role: 'quit', label: t('desktop.menu.quit') },
  ],
})

const viewItems = (t: Say): Item[] => [
  { role: 'resetZoom', label: t('menu.zoom-reset') },
  { role: 'zoomIn', label: t('menu.zoom-in') },
  // Plus without shift, as on most keyboards.
  {
    role: 'zoomIn',
    label: t('menu.zoom-in'),
    accelerator: 'CommandOrControl+=',
    visible: false,
    acceleratorWorksWhenHidden: true,
  },
  { role: 'zoomOut', label: t('menu.zoom-out') },
  LINE,
  { role: 'togglefullscreen', label: t('menu.full-screen') },
]

/** The menu of a right click; empty where there is nothing to cut, copy or paste. */
export function contextMenuTemplate(
  {
    isEditable,
    selectionText,
    editFlags,
  }: Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>,
  t: Say,
): Item[] {
  const copy: Item = { role: 'copy', label: t('menu.copy'), enabled: editFlags.canCopy }
  if (!isEditable) return selectionText.trim() === '' ? [] : [copy]
  return [
    { role: 'cut', label: t('menu.cut'), enabled: editFlags.canCut },
    copy,
    { role: 'paste', label: t('menu.paste'), enabled: editFlags.canPaste },
    LINE,
    { role: 'selectAll', label: t('menu.select-all'), enabled: editFlags.canSelectAll },
  ]
}
