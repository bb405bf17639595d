import channel from '../ru/channel.json' with { type: 'json' }
import demo from '../ru/demo.json' with { type: 'json' }
import diagnostics from '../ru/diagnostics.json' with { type: 'json' }
import employees from '../ru/employees.json' with { type: 'json' }
import settings from '../ru/settings.json' with { type: 'json' }
import wizard from '../ru/wizard.json' with { type: 'json' }

/** What the other pages need, besides the texts of the start. */
export const pages = {
  ...channel,
  ...demo,
  ...diagnostics,
  ...employees,
  ...settings,
  ...wizard,
}
