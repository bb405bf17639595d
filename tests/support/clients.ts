import type { Application } from '../../src/main/runtime/application.ts'

/** Both sides of each running connection, and the rest of the day's requests. */
export const sidesOf = (app: Application) =>
  [...app.connections.values()].map(({ settings, chatraBreaker, planfixBreaker, planfix }) => ({
    id: settings.id,
    chatra: chatraBreaker.state,
    planfix: planfixBreaker.state,
    budget: planfix.quota(),
  }))
