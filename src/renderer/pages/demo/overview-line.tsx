import { Button, Text } from '@mantine/core'
import type { DemoScene } from '../../../shared/api/demo.ts'
import type { StoryName } from '../../../shared/demo/names.ts'
import { isTextKey } from '../../../shared/i18n/texts.ts'
import { useMay } from '../../client/access.tsx'
import { IconCircleCheck, IconClock } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './demo.module.css'

/** The first sentence of the overview, as the bridge of the demo would show it. */
export function OverviewLine(props: { name: StoryName; scene: DemoScene; tryNow(): Promise<void> }) {
  const { name, scene, tryNow } = props
  const { t, clock } = useI18n()
  const may = useMay()
  const failing = (['planfix', 'chatra'] as const).find((side) => scene.sides[side].state !== 'ok')
  const now = failing === undefined ? null : scene.sides[failing]
  const Icon = now === null ? IconCircleCheck : IconClock
  const isElsewhere = scene.planfixDown && name !== 'failure'
  return (
    <section
      className={classes.overview}
      data-tone={now === null ? 'good' : 'wait'}
      aria-label={t('demo.overview')}
    >
      <Icon size={22} stroke={1.8} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <Text size="xs" c="dimmed">
          {t('demo.overview')}
        </Text>
        <div role="status">
          <Text fw={600}>
            {now === null || now.state === 'ok' || failing === undefined
              ? t('verdict.good')
              : sentence(failing, now.code)}
          </Text>
          {now !== null && now.state !== 'ok' && (
            <Text size="sm" c="dimmed">
              {[
                t('verdict.since', { time: clock(now.since) }),
                ...(now.until > now.since ? [t('verdict.next', { time: withSeconds(now.until) })] : []),
              ].join(' · ')}
            </Text>
          )}
        </div>
        {isElsewhere && <Text size="sm">{t('demo.down-elsewhere', { story: t('demo.story.failure') })}</Text>}
      </div>
      {now !== null && may('demo.tryNow') && (
        <Button variant="default" flex="none" onClick={() => void tryNow()}>
          {t('verdict.try-now')}
        </Button>
      )}
    </section>
  )

  function sentence(side: 'planfix' | 'chatra', code: string): string {
    const key = `error.${side}.${code}`
    return isTextKey(key) ? t(key, { scope: '' }) : code
  }

  /** A try follows within seconds. */
  function withSeconds(time: number): string {
    return `${clock(time)}:${String(new Date(time).getSeconds()).padStart(2, '0')}`
  }
}
