import { join } from 'node:path'
import type { NativeTheme } from 'electron'
import type { TrayState } from './status.ts'

/**
 * The icon of a state: macOS needs a template image, Windows one with several sizes, other systems have two
 * for light and dark panels.
 */
export function trayImagePath(
  root: string,
  state: TrayState,
  platform: NodeJS.Platform,
  dark: boolean,
): string {
  const name =
    platform === 'darwin'
      ? `${state}Template.png`
      : platform === 'win32'
        ? `${state}.ico`
        : `${state}${dark ? '-dark' : ''}.png`
  return join(root, 'resources/tray', name)
}

/**
 * The panel's brightness, which may differ from that of the windows; Linux reports only one for both, and the
 * bar of GNOME, of Ubuntu's and of elementary's desktop is dark with either theme.
 */
export function isPanelDark(
  platform: NodeJS.Platform,
  theme: Pick<NativeTheme, 'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI'>,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (platform !== 'linux') return theme.shouldUseDarkColorsForSystemIntegratedUI
  const desktops = (environment.XDG_CURRENT_DESKTOP ?? '').toLowerCase().split(':')
  return theme.shouldUseDarkColors || desktops.some((one) => ALWAYS_DARK.has(one))
}
const ALWAYS_DARK: ReadonlySet<string> = new Set(['gnome', 'gnome-classic', 'ubuntu', 'unity', 'pantheon'])
