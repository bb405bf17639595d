import bridge from '../en/bridge.json' with { type: 'json' }
import common from '../en/common.json' with { type: 'json' }
import conversations from '../en/conversations.json' with { type: 'json' }
import events from '../en/events.json' with { type: 'json' }
import log from '../en/log.json' with { type: 'json' }
import overview from '../en/overview.json' with { type: 'json' }
import tunnel from '../en/tunnel.json' with { type: 'json' }

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
