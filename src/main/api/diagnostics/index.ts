import type { diagnosticsCalls as contract } from '../../../shared/api/diagnostics.ts'
import type { Handlers } from '../../../shared/api.ts'
import { loadLanguage } from '../../../shared/i18n/index.ts'
import { chatSecretOf } from '../../http/chat-call.ts'
import { createRedactor, type Redactor } from '../../settings/redact.ts'
import type { ApiContext } from '../context.ts'
import { done } from '../responses.ts'
import { stateOf } from '../state/index.ts'
import { checkUpReport } from './report.ts'
import { createCheckUps } from './run.ts'

const LAST_EVENTS = 50

/** The diagnostics of the interface: the numbered checks of `doctor`, run by the running bridge. */
export function diagnosticsCalls(context: ApiContext): Pick<Handlers, keyof typeof contract> {
  const { application } = context
  const checkUps = createCheckUps(context, () => redactorOf(context))
  return {
    'diagnostics.get': async () => done({ checkUp: checkUps.last() }),
    'diagnostics.start': async () => done(checkUps.start()),
    async 'diagnostics.report'({ language }) {
      await loadLanguage(language)
      const [state, events, redact] = await Promise.all([
        stateOf(context),
        application.store.events(null, LAST_EVENTS),
        redactorOf(context),
      ])
      const checkUp = checkUps.last()
      return done(checkUpReport({ language, state, events, checkUp, redact }))
    },
  }
}

/** Knows every secret of every connection. */
async function redactorOf({ application, secrets }: ApiContext): Promise<Redactor> {
  const redact = createRedactor()
  for (const { id, webhookSecret } of application.configuration.connections) {
    redact.add(
      webhookSecret,
      await secrets.get(id, 'CHATRA_SECRET_KEY'),
      await secrets.get(id, 'PLANFIX_TOKEN'),
      await secrets.get(id, 'PLANFIX_CHAT_TOKEN'),
      await secrets.get(id, 'PLANFIX_CHAT_SECRET'),
      webhookSecret && chatSecretOf(webhookSecret),
    )
  }
  return redact
}
