/** Order matters: every browser also names the ones it descends from. */
const BROWSERS: [string, RegExp][] = [
  ['Edge', /\bEdgA?(?:iOS)?\/(\d+)/],
  ['Opera', /\b(?:OPR|Opera)\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Yandex Browser', /\bYaBrowser\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[^ ]* (?:Mobile\/\w+ )?Safari\//],
]
const SYSTEMS: [string, RegExp][] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
]

/**
 * A rough interpretation of a User-Agent line, for clients without browser or system from Chatra (switch
 * `client-keys`).
 */
export function systemFromUserAgent(userAgent: string | null): { os: string | null; browser: string | null } {
  if (!userAgent) return { os: null, browser: null }
  const os = SYSTEMS.find(([, mark]) => mark.test(userAgent))?.[0] ?? null
  for (const [name, mark] of BROWSERS) {
    const version = mark.exec(userAgent)?.[1]
    if (version) return { os, browser: `${name} ${version}` }
  }
  return { os, browser: null }
}
