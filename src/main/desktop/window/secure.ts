import type { WebPreferences } from 'electron'

/** Of every window: a page has no more rights than one of the web. */
export const SECURE: WebPreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  // Chromium would download dictionaries.
  spellcheck: false,
}

/** Of a window before its page is painted. */
export const groundColor = (isDark: boolean): string => (isDark ? '#15181a' : '#f4f6f7')
