import type { BrowserContext } from '@playwright/test'

/** What a page complained about: errors of scripts and of the console, and breaches of the content security policy. */
export interface Trouble {
  /** From now on what matches is no trouble: the test causes it on purpose. */
  expect(...patterns: RegExp[]): void
  /** What nobody expected. */
  unexpected(): string[]
}

/** How Chromium writes into the console that a server is away, or refuses. */
export const AWAY = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to/
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
