import channel from '../en/channel.json' with { type: 'json' }
import demo from '../en/demo.json' with { type: 'json' }
import diagnostics from '../en/diagnostics.json' with { type: 'json' }
import employees from '../en/employees.json' with { type: 'json' }
import settings from '../en/settings.json' with { type: 'json' }
import wizard from '../en/wizard.json' with { type: 'json' }

/** What the other pages need, besides the texts of the start. */
export const pages = {
  ...channel,
  ...demo,
  ...diagnostics,
  ...employees,
  ...settings,
  ...wizard,
}
