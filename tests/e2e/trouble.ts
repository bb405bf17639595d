import type { BrowserContext } from '@playwright/test'

/** What a page reported: errors of scripts and of the console, and violations of the content security policy. */
export interface Trouble {
  /** From now on matching reports are expected: the test causes them on purpose. */
  expect(...patterns: RegExp[]): void
  /** Reports that were not expected. */
  unexpected(): string[]
}

/** Chromium's console messages for a server that cannot be reached, or refuses. */
export const AWAY =
  /ERR_(CONNECTION_(REFUSED|RESET|CLOSED|ABORTED)|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE)|WebSocket connection to/
export const WITHOUT_KEY = /status of 401|WebSocket connection to/

export async function watchTrouble(context: BrowserContext): Promise<Trouble> {
  const seen: string[] = []
  const expected: RegExp[] = []
  context.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text()))
      seen.push(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => seen.push(`script: ${error.error().stack ?? error.error().message}`))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event
      console.error(
        `content security policy: ${effectiveDirective} blocked ${blockedURI} at ${sourceFile}:${lineNumber} ${sample}`,
      )
    })
  })
  return {
    expect(...patterns) {
      expected.push(...patterns)
    },
    unexpected: () => seen.filter((text) => !expected.some((pattern) => pattern.test(text))),
  }
}
