import type { MenuItemConstructorOptions } from 'electron'

const ZOOM: MenuItemConstructorOptions[] = [
  { role: 'resetZoom' },
  { role: 'zoomIn' },
  // Plus without shift, as on most keyboards.
  { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false, acceleratorWorksWhenHidden: true },
  { role: 'zoomOut' },
]

/**
 * The menu of the application, by roles of Electron. macOS takes the shortcuts of copying, closing and
 * zooming from it; on Windows and Linux the window hides its bar (Alt shows it), and the menu provides the
 * shortcuts, mainly for zooming (WCAG 1.4.4). There it has no file menu, whose Ctrl+Q would quit the bridge.
 */
export const menuTemplate = (platform: NodeJS.Platform): MenuItemConstructorOptions[] => [
  ...(platform === 'darwin' ? [{ role: 'appMenu' } as const, { role: 'fileMenu' } as const] : []),
  { role: 'editMenu' },
  { label: 'View', submenu: [...ZOOM, { type: 'separator' }, { role: 'togglefullscreen' }] },
  { role: 'windowMenu' },
]
