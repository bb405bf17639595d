/** How users get the application. `folder` = not installed. */
export type Form = 'folder' | 'AppImage' | 'deb' | 'exe' | 'dmg'

const FORMS: Partial<Record<NodeJS.Platform, readonly [Form, RegExp][]>> = {
  linux: [
    ['folder', /^linux.*-unpacked$/],
    ['AppImage', /\.AppImage$/],
    ['deb', /\.deb$/],
  ],
  win32: [
    ['folder', /^win.*-unpacked$/],
    ['exe', /-win-.*\.exe$/],
  ],
  darwin: [
    ['folder', /^mac(-arm64)?$/],
    ['dmg', /\.dmg$/],
  ],
}

/** Every form for this system, each with its file among `names` of the folder `dist`; null = missing. */
export const formsIn = (
  platform: NodeJS.Platform,
  names: readonly string[],
): { form: Form; file: string | null }[] =>
  (FORMS[platform] ?? []).map(([form, pattern]) => ({
    form,
    file: names.find((name) => pattern.test(name)) ?? null,
  }))
