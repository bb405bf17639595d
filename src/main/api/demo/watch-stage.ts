import { errorStack } from '../../../shared/node-errors.ts'
import type { ApiContext } from '../context.ts'
import type { DemoStage } from './host.ts'

const EVERY_MS = 250

/** Tells the interface when a scene may have changed. Returns a function that ends it. */
export function watchStage(
  {
    application,
    log,
    push,
  }: Pick<ApiContext, 'log' | 'push'> & { application: Pick<ApiContext['application'], 'clock'> },
  stage: Pick<DemoStage, 'version'>,
): () => void {
  let shown: string | null = null
  let hasEnded = false
  let cancel = () => {}
  const look = async () => {
    const version = await stage.version()
    if (hasEnded) return
    if (shown !== null && version !== shown) push({ event: 'demo', value: {} })
    shown = version
  }
  const go = () => {
    void look()
      .catch((error: unknown) =>
        log.error({ stack: errorStack(error) }, `bug: the demo is not watched: ${error}`),
      )
      .then(() => {
        if (!hasEnded) cancel = application.clock.after(EVERY_MS, go)
      })
  }
  go()
  return () => {
    hasEnded = true
    cancel()
  }
}
