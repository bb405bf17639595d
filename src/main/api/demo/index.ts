import type { Answer } from '../../../shared/api/answer.ts'
import type { Handlers, Value } from '../../../shared/api.ts'
import { translate } from '../../../shared/i18n/index.ts'
import type { ApiContext } from '../context.ts'
import { done, empty, errorAnswer } from '../responses.ts'
import { newWebhookSecret } from '../setup/connection.ts'
import { type DemoAccounts, demoConnection, demoView, type RunningDemo } from './host.ts'

type View = Value<'demo.start'>

/** A connection between simulated accounts, to try the bridge without keys. */
export function demoCalls(context: ApiContext): Pick<Handlers, 'demo.start' | 'demo.stop'> {
  let last: Promise<unknown> = Promise.resolve()
  const oneAtATime = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }

  return {
    'demo.start': () => oneAtATime(() => start(context)),
    'demo.stop': () =>
      oneAtATime(async () => {
        // When the whole host is a demo, it ends with the program.
        if (context.host === 'demo') return errorAnswer('unavailable', 'error.call.unavailable')
        await context.runningDemo?.stop()
        return empty()
      }),
  }
}

async function start(context: ApiContext): Promise<Answer<View>> {
  if (context.runningDemo) return done(context.runningDemo.view)
  if (!context.demo) return errorAnswer('unavailable', 'error.call.unavailable')
  const accounts = await context.demo.start(() => context.application.configuration.language)
  const running = runningDemo(context, accounts)
  context.runningDemo = running
  try {
    await context.apply()
  } catch (error) {
    await running.stop()
    throw error
  }
  return done(running.view)
}

/** Each run has a separate connection, so that its messages are not mixed with those of another run. */
function runningDemo(context: ApiContext, accounts: DemoAccounts): RunningDemo {
  const { application, secrets } = context
  const id = `demo-${Date.now().toString(36)}`
  const name = translate(application.configuration.language, 'settings.demo.name')
  const webhookSecret = newWebhookSecret()
  secrets.setTemporary(id, 'CHATRA_SECRET_KEY', accounts.chatra.secretKey)
  secrets.setTemporary(id, 'PLANFIX_TOKEN', accounts.planfix.token)
  const hooks = `${application.hooksUrl}/hooks/${id}/${webhookSecret}`
  accounts.deliverTo({ chatra: `${hooks}/chatra`, planfix: `${hooks}/planfix` })
  let stopping: Promise<void> | null = null

  const end = async () => {
    if (context.runningDemo === running) context.runningDemo = null
    await context.apply()
    await accounts.stop()
    await secrets.remove(id)
  }
  const running: RunningDemo = {
    view: demoView(id, accounts),
    connection: demoConnection(accounts, { id, name, webhookSecret }),
    stop() {
      stopping ??= end()
      return stopping
    },
  }
  return running
}
