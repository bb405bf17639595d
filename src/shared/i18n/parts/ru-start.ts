import bridge from '../ru/bridge.json' with { type: 'json' }
import common from '../ru/common.json' with { type: 'json' }
import conversations from '../ru/conversations.json' with { type: 'json' }
import events from '../ru/events.json' with { type: 'json' }
import log from '../ru/log.json' with { type: 'json' }
import overview from '../ru/overview.json' with { type: 'json' }
import tunnel from '../ru/tunnel.json' with { type: 'json' }

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
