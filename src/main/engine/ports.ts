/**
 * What the rules need from outside. Adapters implement these; the engine imports nothing else. Every port is
 * asynchronous, so that a networked database could implement the store.
 */
export * from './ports/channel.ts'
export * from './ports/chatra.ts'
export * from './ports/clock.ts'
export * from './ports/host.ts'
export * from './ports/planfix.ts'
export * from './ports/store.ts'
