import { errorStack } from '../../../shared/node-errors.ts'
import type { ApiContext } from '../context.ts'
import type { DemoStage } from './host.ts'

const EVERY_MS = 250

/** Tells the interface when a scene may have changed, until the program ends. Returns a function that ends it before. */
export function watchStage(
  {
    application,
    log,
    push,
  }: Pick<ApiContext, 'log' | 'push'> & { application: Pick<ApiContext['application'], 'clock' | 'ended'> },
  stage: Pick<DemoStage, 'version'>,
): () => void {
  const ending = new AbortController()
  const over = AbortSignal.any([application.ended, ending.signal])
  let shown: string | null = null
  let cancel = () => {}
  const look = async () => {
    const version = await stage.version()
    if (over.aborted) return
    if (shown !== null && version !== shown) push({ event: 'demo', value: {} })
    shown = version
  }
  const go = () => {
    void look()
      .catch((error: unknown) => {
        // At the end of the program its parts close one after the other.
        if (!over.aborted) log.error({ stack: errorStack(error) }, `bug: the demo is not watched: ${error}`)
      })
      .then(() => {
        if (!over.aborted) cancel = application.clock.after(EVERY_MS, go)
      })
  }
  over.addEventListener('abort', () => cancel(), { once: true })
  go()
  return () => ending.abort()
}
