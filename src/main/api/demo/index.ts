import type { Answer } from '../../../shared/api/answer.ts'
import type { demoCalls as contract } from '../../../shared/api/demo.ts'
import type { Handlers, Value } from '../../../shared/api.ts'
import { oneAtATime } from '../../process/one-at-a-time.ts'
import type { ApiContext } from '../context.ts'
import { conflict, done, empty, errorAnswer, notFound } from '../responses.ts'
import type { DemoStage, RunningDemo } from './host.ts'
import { watchStage } from './watch-stage.ts'

/** A demo beside the connections of this bridge, and its conversations. */
export function demoCalls(context: ApiContext): Pick<Handlers, keyof typeof contract> {
  const inTurn = oneAtATime()
  const onStage = async <T>(work: (stage: DemoStage) => Promise<Answer<T>>): Promise<Answer<T>> =>
    context.runningDemo ? work(context.runningDemo.stage) : notFound()
  /** The stage that is watched, and the end of that. */
  let watched: { stage: DemoStage; end: () => void } | null = null
  const watch = (stage: DemoStage) => {
    if (watched?.stage === stage) return
    watched?.end()
    watched = { stage, end: watchStage(context, stage) }
  }
  const emptyOr = (isDone: boolean) => (isDone ? empty() : conflict())

  return {
    'demo.start': () => inTurn(() => start(context)),
    'demo.stop': () =>
      inTurn(async () => {
        // When the whole host is a demo, it ends with the program.
        if (context.host === 'demo') return errorAnswer('unavailable', 'error.call.unavailable')
        watched?.end()
        await context.runningDemo?.stop()
        return empty()
      }),
    'demo.scene': ({ story }) =>
      onStage(async (stage) => {
        watch(stage)
        return done(await stage.scene(story))
      }),
    'demo.next': ({ story, language }) =>
      onStage(async (stage) => emptyOr(await stage.next(story, language))),
    'demo.again': ({ story, language }) =>
      onStage(async (stage) => {
        await stage.again(story, language)
        return empty()
      }),
    'demo.write': (given) => onStage(async (stage) => emptyOr(await stage.write(given))),
    'demo.tryNow': () =>
      onStage(async (stage) => {
        await stage.tryNow()
        return empty()
      }),
  }
}

async function start(context: ApiContext): Promise<Answer<Value<'demo.start'>>> {
  if (context.runningDemo) return done(context.runningDemo.pages)
  if (!context.demo) return errorAnswer('unavailable', 'error.call.unavailable')
  const demo = await context.demo.start(() => context.application.configuration.language)
  let stopping: Promise<void> | null = null
  const running: RunningDemo = {
    ...demo,
    stop() {
      stopping ??= (async () => {
        if (context.runningDemo === running) context.runningDemo = null
        await demo.stop()
      })()
      return stopping
    },
  }
  context.runningDemo = running
  return done(running.pages)
}
