type Theme = 'light' | 'dark' | 'system'

/**
 * The theme of the last visit, so that a dark window does not flash white while the bridge's state is read.
 */
export function rememberedTheme(): Theme {
  const kept = localStorage.getItem('theme')
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function rememberTheme(theme: Theme | null): void {
  if (theme !== null) localStorage.setItem('theme', theme)
}
