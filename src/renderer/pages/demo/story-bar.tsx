import { Button, Group, Loader, Text } from '@mantine/core'
import type { DemoScene } from '../../../shared/api/demo.ts'
import type { StoryName } from '../../../shared/demo/names.ts'
import { Allowed } from '../../client/access.tsx'
import { IconArrowRight, IconPlayerPause, IconPlayerPlay, IconRefresh } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './demo.module.css'
import { positionOf } from './play.ts'
import type { Stage } from './use-stage.ts'

/** What happens in the story now, and its buttons. */
export function StoryBar({ name, scene, stage }: { name: StoryName; scene: DemoScene; stage: Stage }) {
  const { t } = useI18n()
  const { story, hasEnded, mayGoOn, texts } = positionOf(name, scene)
  const people = { client: scene.client ?? t(story.client), employee: scene.employee }
  const total = story.steps.length
  return (
    <section className={classes.story} aria-label={t(`demo.story.${name}`)}>
      <div className={classes.place}>
        <Text size="sm" fw={600}>
          {t('demo.step', { number: scene.step, total })}
        </Text>
        <span className={classes.dots} aria-hidden>
          {story.steps.map(({ caption }, index) => (
            <span key={caption} data-passed={index < scene.step || undefined} />
          ))}
        </span>
      </div>
      <div className={classes.telling} aria-live="polite">
        {texts.map(({ key, isMain }) => (
          <p key={key} data-main={isMain || undefined}>
            {t(key, people)}
          </p>
        ))}
        {!scene.isOver && (
          <Group gap={6} component="span" display="inline-flex">
            <Loader size={12} aria-hidden />
            <Text size="sm" c="dimmed" component="span">
              {t('demo.under-way')}
            </Text>
          </Group>
        )}
      </div>
      <Allowed call="demo.next">
        <Group gap="xs" className={classes.buttons}>
          <Button
            variant="filled"
            disabled={!mayGoOn || stage.busy}
            onClick={() => void stage.next()}
            rightSection={<IconArrowRight size={16} aria-hidden />}
          >
            {t('demo.next')}
          </Button>
          <Button
            variant="default"
            disabled={hasEnded}
            onClick={() => stage.setPlaying(!stage.playing)}
            leftSection={
              stage.playing ? (
                <IconPlayerPause size={16} aria-hidden />
              ) : (
                <IconPlayerPlay size={16} aria-hidden />
              )
            }
          >
            {t(stage.playing ? 'demo.pause' : 'demo.play')}
          </Button>
          <Button
            variant="default"
            disabled={scene.step === 0 && scene.chat.length === 0}
            onClick={() => void stage.again()}
            leftSection={<IconRefresh size={16} aria-hidden />}
          >
            {t('demo.again')}
          </Button>
        </Group>
      </Allowed>
    </section>
  )
}
