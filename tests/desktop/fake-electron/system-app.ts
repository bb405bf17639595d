/** Members of `app` that exist on one system only; `called` is for tests. */
const called: [name: string, ...args: unknown[]][] = []
const note =
  (name: string) =>
  (...args: unknown[]) =>
    void called.push([name, ...args])

const WINDOWS = ['setAppUserModelId', 'setToastActivatorCLSID', 'setJumpList', 'setUserTasks']
const MAC = ['setActivationPolicy', 'hide', 'show', 'setSecureKeyboardEntryEnabled']
const OTHER = ['getJumpListSettings', 'isInApplicationsFolder', 'isHidden', 'dock']
/** Undefined on systems that lack them (electron.d.ts, `@platform`). */
export const SYSTEM_NAMES = [...WINDOWS, ...MAC, ...OTHER]

/** By system (STAND_IN_PLATFORM). */
export function systemApp(platform: NodeJS.Platform = process.platform): Record<string, unknown> {
  const named = (names: string[]) => Object.fromEntries(names.map((name) => [name, note(name)]))
  if (platform === 'win32') return named(WINDOWS)
  if (platform !== 'darwin') return {}
  let isShown = true
  const dock = {
    async show() {
      isShown = true
    },
    hide() {
      isShown = false
    },
    isVisible: () => isShown,
    ...named(['setBadge', 'setMenu', 'setIcon', 'bounce', 'cancelBounce']),
  }
  return { ...named(MAC), dock, isHidden: () => false, isInApplicationsFolder: () => false }
}

/**
 * The system's list of programs started at login, as `app.getLoginItemSettings` reports it (electron.d.ts,
 * LoginItemSettings). `STAND_IN_LOGIN`: `off` = the owner switched it off in the system; `at-login` = the system
 * started the program at login (macOS).
 */
export function loginItems(platform: NodeJS.Platform = process.platform) {
  let openAtLogin = false
  const how = process.env.STAND_IN_LOGIN
  return {
    get() {
      const executableWillLaunchAtLogin = openAtLogin && how !== 'off'
      const common = { openAtLogin, openAsHidden: false, wasOpenedAsHidden: false, restoreState: false }
      if (platform === 'win32')
        return { ...common, wasOpenedAtLogin: false, executableWillLaunchAtLogin, launchItems: [] }
      if (platform !== 'darwin') return { ...common, wasOpenedAtLogin: false }
      const listed = how === 'off' ? 'requires-approval' : 'enabled'
      const status = openAtLogin ? listed : 'not-registered'
      return { ...common, wasOpenedAtLogin: how === 'at-login', status }
    },
    set(wanted: { openAtLogin?: boolean }): void {
      openAtLogin = wanted.openAtLogin ?? false
    },
  }
}
