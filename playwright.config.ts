import { defineConfig } from '@playwright/test'

/** The Chromium of this system, as a person without a profile of their own would see the page. */
export const browser = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
}

/**
 * End-to-end tests: the built server host and the simulators as processes, driven through the page; and the built desktop
 * application, in Electron or in the stand-in for it.
 */
export default defineConfig({
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  globalSetup: ['./tests/e2e/build.ts', './tests/desktop/prepare.ts'],
  projects: [
    { name: 'server', testDir: 'tests/e2e' },
    // Electron itself takes longer to start than the stand-in.
    { name: 'desktop', testDir: 'tests/desktop', timeout: process.env.BRIDGE_DESKTOP ? 120_000 : 60_000 },
  ],
  // Each test has three processes and a browser of its own, which wait for each other: one more than cores.
  workers: Number(process.env.E2E_WORKERS ?? 3),
  fullyParallel: true,
  // A busy computer makes a page late now and then. What passes at the second try only is named (scripts/test.ts).
  retries: 1,
  forbidOnly: process.env.CI !== undefined,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: process.env.E2E_REPORT ?? 'test-results/report.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: browser,
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    timezoneId: 'Europe/Chisinau',
    colorScheme: 'light',
    contextOptions: { reducedMotion: 'reduce' },
    permissions: ['clipboard-read', 'clipboard-write'],
    actionTimeout: 15_000,
    navigationTimeout: 15_000,
    screenshot: 'only-on-failure',
  },
})
