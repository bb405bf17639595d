import { Button, Group, List, Paper, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { CallError } from '../../../shared/api.ts'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconArrowRight, IconFlask } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { useI18n } from '../../i18n.tsx'
import { Drafts } from './parts/drafts.tsx'
import { LanguageChoice } from './parts/language-choice.tsx'
import { BridgeFigure } from './pictures/illustrations.tsx'
import classes from './wizard.module.css'

/** The start page: on the first launch an introduction, later "Add connection"; and unfinished set-ups. */
export function Welcome() {
  const { t, language } = useI18n()
  const bridge = useClient()
  const [, navigate] = useLocation()
  const state = useAppState()
  const [error, setError] = useState<CallError | null>(null)
  const [busy, setBusy] = useState<'begin' | 'demo' | null>(null)
  const [opening, setOpening] = useState(false)
  const own = state.connections.filter((one) => !one.demo)
  const isFirst = own.length === 0

  /** What follows writes texts for people: in the language in which the owner reads this page. */
  const speak = async () => {
    if (state.followsBrowser && state.language !== language)
      await bridge.call('settings.save', { settings: { language, followBrowser: true } })
  }
  const begin = async () => {
    setBusy('begin')
    await speak()
    const answer = await bridge.call('setup.begin', { connectionId: null })
    setBusy(null)
    if (answer.ok) navigate(`/setup/${answer.value.id}`)
    else setError(answer.error)
  }
  const tryIt = async () => {
    setBusy('demo')
    setError(null)
    await speak()
    const answer = await bridge.call('demo.start', {})
    setBusy(null)
    if (answer.ok) setOpening(true)
    else setError(answer.error)
  }
  // The demo's page is there once the state names the demo.
  const isThere = opening && state.demo !== null
  useEffect(() => {
    if (isThere) navigate('/demo')
  }, [isThere, navigate])
  return (
    <div className={classes.welcome}>
      <Page
        title={t(isFirst ? 'wizard.welcome.title' : 'wizard.welcome.title-add')}
        actions={
          state.connections.length > 0 && (
            <Button variant="default" onClick={() => navigate('/')}>
              {t('wizard.to-overview')}
            </Button>
          )
        }
      >
        <Stack gap="lg">
          {isFirst && (
            <>
              <BridgeFigure />
              <List spacing={6}>
                <List.Item>{t('wizard.welcome.line-1')}</List.Item>
                <List.Item>{t('wizard.welcome.line-2')}</List.Item>
                <List.Item>{t('wizard.welcome.line-3')}</List.Item>
              </List>
              <LanguageChoice onProblem={setError} />
            </>
          )}
          {error !== null && <ErrorAlert error={error} />}
          <Paper p="md">
            <Stack gap="xs" align="flex-start">
              <Text>{t('wizard.welcome.need')}</Text>
              <Group gap="xs">
                <Button
                  size="sm"
                  loading={busy === 'begin'}
                  disabled={busy === 'demo'}
                  onClick={() => void begin()}
                  rightSection={<IconArrowRight size={16} aria-hidden />}
                >
                  {t(isFirst ? 'wizard.welcome.begin' : 'wizard.welcome.begin-add')}
                </Button>
                {state.demo === null && state.host !== 'demo' && (
                  <Button
                    size="sm"
                    variant="default"
                    loading={busy === 'demo'}
                    disabled={busy === 'begin'}
                    onClick={() => void tryIt()}
                    leftSection={<IconFlask size={16} aria-hidden />}
                  >
                    {t('wizard.welcome.demo')}
                  </Button>
                )}
              </Group>
            </Stack>
          </Paper>
          {state.demo !== null && !opening && <Demo onProblem={setError} />}
          {state.drafts.length > 0 && <Drafts state={state} onProblem={setError} />}
        </Stack>
      </Page>
    </div>
  )
}

/** The running demo has a page of its own. */
function Demo({ onProblem }: { onProblem(error: CallError | null): void }) {
  const { t } = useI18n()
  const bridge = useClient()
  const [, navigate] = useLocation()
  const { host } = useAppState()
  const stop = async () => {
    const answer = await bridge.call('demo.stop', {})
    onProblem(answer.ok ? null : answer.error)
  }
  return (
    <Paper p="md" component="section" aria-label={t('demo.running')}>
      <Stack gap="xs" align="flex-start">
        <Text fw={600}>{t('demo.running')}</Text>
        <Text size="sm">{t('demo.running.text')}</Text>
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconFlask size={16} aria-hidden />}
            onClick={() => navigate('/demo')}
          >
            {t('demo.open')}
          </Button>
          {host !== 'demo' && (
            <Button variant="default" onClick={() => void stop()}>
              {t('demo.stop')}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  )
}
