/**
 * The only channels between the desktop window and the application. All calls and events of shared/api.ts use
 * them.
 */
export const CHANNELS = {
  /** Takes name and arguments; returns an `Answer`. */
  call: 'bridge:call',
  /** Subscribes the window to pushes; the current state comes first. */
  subscribe: 'bridge:subscribe',
  unsubscribe: 'bridge:unsubscribe',
  push: 'bridge:push',
} as const
