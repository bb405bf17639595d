import { Button, Group, Skeleton, Stack } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { useLocation, useParams } from 'wouter'
import type { Draft } from '../../../shared/api/setup.ts'
import type { CallError } from '../../../shared/api.ts'
import { useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { Page } from '../../components/page.tsx'
import { useI18n } from '../../i18n.tsx'
import { Frame } from './frame.tsx'
import { Welcome } from './welcome.tsx'

/** First launch and "Add connection": `/setup` is the start page, `/setup/:id` a draft. */
export function WizardPage() {
  const { id } = useParams<{ id?: string }>()
  return id === undefined ? <Welcome /> : <Fetched key={id} id={id} />
}

/** Loads the draft once; from then on the wizard holds the typed values. */
function Fetched({ id }: { id: string }) {
  const bridge = useClient()
  const [, navigate] = useLocation()
  const { t } = useI18n()
  const [draft, setDraft] = useState<Draft | null>(null)
  const [error, setError] = useState<CallError | null>(null)
  const fetchDraft = useCallback(async () => {
    const answer = await bridge.call('setup.get', { id })
    if (answer.ok) setDraft(answer.value)
    setError(answer.ok ? null : answer.error)
  }, [bridge, id])
  useEffect(() => void fetchDraft(), [fetchDraft])

  if (draft !== null) return <Frame first={draft} />
  if (error === null) return <Loading />
  const isGone = error.code === 'not-found'
  return (
    <Page title={t('wizard.gone.title')}>
      <Stack maw="34rem">
        <ErrorAlert
          error={isGone ? { ...error, message: { key: 'wizard.gone.text', params: {} } } : error}
          {...(!isGone && { retry: () => void fetchDraft() })}
        />
        <Group gap="xs">
          <Button onClick={() => navigate('/setup')}>{t('wizard.gone.begin')}</Button>
          <Button variant="default" onClick={() => navigate('/')}>
            {t('wizard.to-overview')}
          </Button>
        </Group>
      </Stack>
    </Page>
  )
}

function Loading() {
  return (
    <Stack p="lg" gap="md" aria-hidden>
      <Skeleton height={28} width="16rem" />
      <Group align="flex-start" gap="lg" wrap="nowrap">
        <Skeleton height={380} width="11rem" />
        <Skeleton height={380} flex={1} />
      </Group>
    </Stack>
  )
}
