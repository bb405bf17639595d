import type { Language } from '../../shared/languages.ts'
import type { RunningDemo } from '../api/demo/host.ts'
import { openBridge } from '../bootstrap.ts'
import type { Log } from '../runtime/application.ts'
import { demoPagesOf } from './accounts.ts'
import { prepareGround, stageOf } from './ground.ts'

/**
 * Starts a demo inside another program: the two services and a bridge without an interface of its own. It touches nothing
 * of that program. Of its log only warnings and errors are passed on, marked.
 */
export async function startDemo(log: Log, language: () => Language): Promise<RunningDemo> {
  const ground = await prepareGround(language)
  try {
    const marked = (write: Log['warn']) => (fields: object, text: string) =>
      write({ ...fields, demo: true }, `demo: ${text}`)
    const own: Log = {
      info: () => undefined,
      warn: marked(log.warn.bind(log)),
      error: marked(log.error.bind(log)),
    }
    const bridge = await openBridge({ ...ground.options, log: own }, 'demo')
    ground.undo.push(() => bridge.stop())
    await bridge.begin()
    ground.deliverTo(bridge.application.hooksUrl)
    return {
      pages: demoPagesOf(ground.accounts),
      stage: stageOf(ground, () => bridge.application),
      stop: ground.stop,
    }
  } catch (error) {
    await ground.stop()
    throw error
  }
}
