/** The only channels between the desktop window and the application. Everything of shared/api.ts travels on them. */
export const CHANNELS = {
  /** Name and arguments; answers an `Answer`. */
  call: 'bridge:call',
  /** The window wants pushes from now on, the present state first. */
  subscribe: 'bridge:subscribe',
  unsubscribe: 'bridge:unsubscribe',
  push: 'bridge:push',
} as const
