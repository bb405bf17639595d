import { Button, Group, Modal, ScrollArea, Text } from '@mantine/core'
import { useState } from 'react'
import type { CallError } from '../../../shared/api.ts'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useI18n } from '../../i18n.tsx'
import { Section } from './section.tsx'
import classes from './settings.module.css'

/** Version of the program, and the licences of the packages of others in it. */
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
