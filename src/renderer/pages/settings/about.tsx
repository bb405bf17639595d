import { Anchor, Button, Group, Modal, ScrollArea, Skeleton, Text, Title } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'wouter'
import type { CallError } from '../../../shared/api.ts'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useI18n } from '../../i18n.tsx'
import { Section } from './section.tsx'
import classes from './settings.module.css'

const WhatsNew = lazy(async () => ({
  default: (await import('../../features/whats-new/whats-new.tsx')).WhatsNew,
}))

/** Version of the program, what is new in it, help, and the licences of the packages of others in it. */
export function About() {
  const { t } = useI18n()
  const { version } = useAppState()
  const bridge = useClient()
  const [text, setText] = useState<string | null>(null)
  const [error, setError] = useState<CallError | null>(null)
  const [busy, setBusy] = useState(false)
  const show = async () => {
    setBusy(true)
    const answer = await bridge.call('about.licences', {})
    setBusy(false)
    setError(answer.ok ? null : answer.error)
    if (answer.ok) setText(answer.value.text ?? t('about.licences.none'))
  }
  return (
    <Section title={t('settings.about')}>
      <Text>
        {t('app.name')} {version}
      </Text>
      <Group gap="md">
        <Anchor component={Link} href="/help">
          {t('nav.help')}
        </Anchor>
        <Anchor component={Link} href="/help/support">
          {t('about.support')}
        </Anchor>
      </Group>
      <div>
        <Title order={2} mb="xs">
          {t('about.news')}
        </Title>
        <Suspense fallback={<Skeleton height={200} aria-hidden />}>
          <WhatsNew />
        </Suspense>
      </div>
      <Text size="sm">{t('about.licences.text')}</Text>
      <Group>
        <Button variant="default" loading={busy} onClick={() => void show()}>
          {t('about.licences')}
        </Button>
      </Group>
      {error && <ErrorAlert error={error} retry={() => void show()} />}
      <Modal
        opened={text !== null}
        onClose={() => setText(null)}
        title={t('about.licences')}
        size="50rem"
        scrollAreaComponent={ScrollArea.Autosize}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <pre className={classes.licences} lang="en">
          {text}
        </pre>
      </Modal>
    </Section>
  )
}
