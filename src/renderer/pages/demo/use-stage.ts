import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import type { DemoScene } from '../../../shared/api/demo.ts'
import type { Answer, Args } from '../../../shared/api.ts'
import type { StoryName } from '../../../shared/demo/names.ts'
import { useCall, useClient, usePush, useRefresh } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'
import { positionOf, readingMs } from './play.ts'

/** One conversation of the demo, and what can be done in it. */
export interface Stage {
  scene: DemoScene | undefined
  error: ReturnType<typeof useCall<'demo.scene'>>['error']
  reload(): void
  /** A call is on its way. */
  busy: boolean
  /** The steps follow each other automatically. */
  playing: boolean
  setPlaying(playing: boolean): void
  next(): Promise<void>
  again(): Promise<void>
  /** Resolves with whether it was written. */
  write(given: Omit<Args<'demo.write'>, 'story' | 'language'>): Promise<boolean>
  tryNow(): Promise<void>
}

export function useStage(story: StoryName): Stage {
  const bridge = useClient()
  const refresh = useRefresh()
  const { language, t, say } = useI18n()
  const { value: scene, error, reload } = useCall('demo.scene', { story }, { keepPrevious: false })
  const [busy, setBusy] = useState(false)
  const [playing, setPlaying] = useState(false)
  usePush('demo', () => void refresh('demo.scene'))

  const act = async (call: () => Promise<Answer<unknown>>): Promise<boolean> => {
    setBusy(true)
    const answer = await call()
    await refresh('demo.scene')
    setBusy(false)
    if (answer.ok) return true
    setPlaying(false)
    notifications.show({ message: say(answer.error.message), color: 'red' })
    return false
  }
  const next = async () => void (await act(() => bridge.call('demo.next', { story, language })))

  const position = scene === undefined ? null : positionOf(story, scene)
  const isDue = playing && !busy && position?.mayGoOn === true
  const shown = position?.texts.map(({ key }) => t(key)).join(' ') ?? ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest `next` is the one that is called
  useEffect(() => {
    if (!isDue) return
    const timer = setTimeout(() => void next(), readingMs(shown))
    return () => clearTimeout(timer)
  }, [isDue, shown])
  const hasEnded = position?.hasEnded === true
  useEffect(() => {
    if (hasEnded) setPlaying(false)
  }, [hasEnded])

  return {
    scene,
    error,
    reload,
    busy,
    playing,
    setPlaying(wanted) {
      setPlaying(wanted)
      // The first step follows the click; the texts before it have been read.
      if (wanted && position?.mayGoOn === true) void next()
    },
    next,
    async again() {
      setPlaying(false)
      await act(() => bridge.call('demo.again', { story, language }))
    },
    write: (given) => act(() => bridge.call('demo.write', { ...given, story, language })),
    tryNow: async () => void (await act(() => bridge.call('demo.tryNow', {}))),
  }
}
