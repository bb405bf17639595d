import { Button, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { Link, Redirect, useLocation } from 'wouter'
import type { DemoPages } from '../../../shared/api/demo.ts'
import { STORIES, type StoryName } from '../../../shared/demo/names.ts'
import type { DemoPlace } from '../../../shared/demo/stories.ts'
import { useMay } from '../../client/access.tsx'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconArrowRight, IconExternalLink } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { useI18n } from '../../i18n.tsx'
import { ChatSide } from './chat-side.tsx'
import classes from './demo.module.css'
import { LogSide } from './log-side.tsx'
import { OverviewLine } from './overview-line.tsx'
import { positionOf } from './play.ts'
import { StoryBar } from './story-bar.tsx'
import { TaskSide } from './task-side.tsx'
import { useStage } from './use-stage.ts'

/** The demo: both sides of a conversation and the log below them, played step by step or typed. Only while a demo runs. */
export function DemoPage() {
  const { demo } = useAppState()
  return demo === null ? <Redirect to="/" /> : <Demo pages={demo} />
}

function Demo({ pages }: { pages: DemoPages }) {
  const { t } = useI18n()
  const { host, connections } = useAppState()
  const may = useMay()
  const [story, setStory] = useState<StoryName>('answer')
  const isNarrow = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const isTight = useMediaQuery('(max-width: 59.99em)', undefined, { getInitialValueInEffect: false })
  return (
    <Page title={t('demo.title')} actions={host !== 'demo' && may('demo.stop') && <StopButton />}>
      <Stack gap="md">
        {isTight !== true && <Text>{t('demo.intro')}</Text>}
        <SegmentedControl
          aria-label={t('demo.story')}
          className={classes.stories}
          classNames={{ label: isTight ? (classes.choice ?? '') : '' }}
          orientation={isTight ? 'vertical' : 'horizontal'}
          fullWidth={isTight === true}
          value={story}
          onChange={(value) => setStory(value as StoryName)}
          data={STORIES.map((value) => ({ value, label: t(`demo.story.${value}`) }))}
        />
        <Conversation key={story} story={story} isNarrow={isNarrow === true} />
        <Group gap="xs">
          {connections.length === 0 && may('setup.begin') && (
            <Button component={Link} href="/setup" rightSection={<IconArrowRight size={16} aria-hidden />}>
              {t('wizard.welcome.begin')}
            </Button>
          )}
          <OpenPage href={pages.visitorUrl} label={t('demo.visitor')} />
          <OpenPage href={pages.planfixUrl} label={t('demo.planfix')} />
        </Group>
      </Stack>
    </Page>
  )
}

function Conversation({ story, isNarrow }: { story: StoryName; isNarrow: boolean }) {
  const { t } = useI18n()
  const stage = useStage(story)
  const { scene } = stage
  const place = scene === undefined ? null : positionOf(story, scene).place
  const [view, setView] = useView(place)
  if (scene === undefined)
    return stage.error ? (
      <ErrorAlert error={stage.error} retry={stage.reload} />
    ) : (
      <Skeleton height={600} aria-hidden />
    )
  const isShown = (one: DemoPlace) => !isNarrow || view === one
  return (
    <>
      <StoryBar name={story} scene={scene} stage={stage} />
      <OverviewLine name={story} scene={scene} tryNow={stage.tryNow} />
      {isNarrow && (
        <SegmentedControl
          fullWidth
          aria-label={t('demo.view')}
          value={view}
          onChange={(value) => setView(value as DemoPlace)}
          data={[
            { value: 'chat', label: t('demo.view.chat') },
            { value: 'task', label: t('demo.view.task') },
            { value: 'log', label: t('demo.view.log') },
          ]}
        />
      )}
      {(isShown('chat') || isShown('task')) && (
        <div className={classes.sides}>
          {isShown('chat') && (
            <ChatSide story={story} scene={scene} isActive={place === 'chat'} write={stage.write} />
          )}
          {isShown('task') && <TaskSide scene={scene} isActive={place === 'task'} write={stage.write} />}
        </div>
      )}
      {isShown('log') && <LogSide scene={scene} isActive={place === 'log'} />}
    </>
  )
}

/** What a narrow window shows: it follows the story, until the reader chooses. */
function useView(place: DemoPlace | null): [DemoPlace, (view: DemoPlace) => void] {
  const [view, setView] = useState<DemoPlace>(place ?? 'chat')
  useEffect(() => {
    if (place !== null) setView(place)
  }, [place])
  return [view, setView]
}

/** Everything in the demo is deleted, and nothing of the owner’s. */
function StopButton() {
  const { t, say } = useI18n()
  const bridge = useClient()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const stop = async () => {
    setBusy(true)
    const answer = await bridge.call('demo.stop', {})
    setBusy(false)
    if (answer.ok) navigate('/')
    else setProblem(say(answer.error.message))
  }
  return (
    <>
      {problem !== null && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
      <Button variant="default" loading={busy} onClick={() => void stop()}>
        {t('demo.stop')}
      </Button>
    </>
  )
}

const OpenPage = ({ href, label }: { href: string; label: string }) => (
  <Button
    component="a"
    href={href}
    target="_blank"
    rel="noreferrer"
    variant="default"
    rightSection={<IconExternalLink size={14} aria-hidden />}
  >
    {label}
  </Button>
)
