import type { Application } from '../../src/main/runtime/application.ts'

/** Both sides of each connection that carries, and what is left of the day's requests. */
export const sidesOf = (app: Application) =>
  [...app.connections.values()].map(({ settings, chatraGate, planfixGate, planfix }) => ({
    id: settings.id,
    chatra: chatraGate.state,
    planfix: planfixGate.state,
    budget: planfix.budget(),
  }))
