import { Menu } from 'electron'

/** Only macOS has a menu outside the window, and takes the keys of copying and pasting from it. */
export const applicationMenu = (platform: NodeJS.Platform): Menu | null =>
  platform === 'darwin'
    ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
    : null
