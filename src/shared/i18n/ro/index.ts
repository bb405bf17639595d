import bridge from './bridge.json' with { type: 'json' }
import channel from './channel.json' with { type: 'json' }
import common from './common.json' with { type: 'json' }
import conversations from './conversations.json' with { type: 'json' }
import desktop from './desktop.json' with { type: 'json' }
import diagnostics from './diagnostics.json' with { type: 'json' }
import employees from './employees.json' with { type: 'json' }
import events from './events.json' with { type: 'json' }
import keychain from './keychain.json' with { type: 'json' }
import log from './log.json' with { type: 'json' }
import overview from './overview.json' with { type: 'json' }
import settings from './settings.json' with { type: 'json' }
import tunnel from './tunnel.json' with { type: 'json' }
import wizard from './wizard.json' with { type: 'json' }

export const ro = {
  ...bridge,
  ...channel,
  ...common,
  ...conversations,
  ...desktop,
  ...diagnostics,
  ...employees,
  ...events,
  ...keychain,
  ...log,
  ...overview,
  ...settings,
  ...tunnel,
  ...wizard,
}
