import channel from '../ro/channel.json' with { type: 'json' }
import demo from '../ro/demo.json' with { type: 'json' }
import diagnostics from '../ro/diagnostics.json' with { type: 'json' }
import employees from '../ro/employees.json' with { type: 'json' }
import settings from '../ro/settings.json' with { type: 'json' }
import wizard from '../ro/wizard.json' with { type: 'json' }

/** What the other pages need, besides the texts of the start. */
export const pages = {
  ...channel,
  ...demo,
  ...diagnostics,
  ...employees,
  ...settings,
  ...wizard,
}
