import bridge from '../ro/bridge.json' with { type: 'json' }
import common from '../ro/common.json' with { type: 'json' }
import conversations from '../ro/conversations.json' with { type: 'json' }
import events from '../ro/events.json' with { type: 'json' }
import log from '../ro/log.json' with { type: 'json' }
import overview from '../ro/overview.json' with { type: 'json' }
import tunnel from '../ro/tunnel.json' with { type: 'json' }

/** What the window, the overview and every message need. */
export const start = {
  ...bridge,
  ...common,
  ...conversations,
  ...events,
  ...log,
  ...overview,
  ...tunnel,
}
