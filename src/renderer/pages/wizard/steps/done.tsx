import { Button, Group, List, Stack, Table, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { CHAT_EVENTS } from '../../../../shared/api/state.ts'
import { planfixAddress } from '../../../../shared/fields.ts'
import { useAppState, useCall, useClient, useRefresh } from '../../../client/hooks.tsx'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { SecretsNote } from '../parts/secrets-note.tsx'
import { StepForm } from '../step-form.tsx'

/** The finished set-up, and the remaining steps. */
export function DoneStep() {
  const { t } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const [, navigate] = useLocation()
  const { draft } = useWizard()
  const control = useStep({})
  const [busy, setBusy] = useState<'overview' | 'another' | null>(null)

  const finish = async (then: 'overview' | 'another') => {
    setBusy(then)
    const answer = await bridge.call('setup.finish', { id: draft.id })
    const begun =
      answer.ok && then === 'another' ? await bridge.call('setup.begin', { connectionId: null }) : null
    setBusy(null)
    if (!answer.ok) return control.show(answer.error)
    await refresh('setup.progress', 'connection.get', 'employees.get', 'suggestions.get')
    if (begun?.ok) navigate(`/setup/${begun.value.id}`)
    else navigate(then === 'another' ? '/setup' : '/')
  }
  return (
    <StepForm
      control={control}
      title={t('wizard.done.title')}
      intro={t(draft.redo ? 'wizard.done.intro-redo' : 'wizard.done.intro')}
      actions={
        <>
          <Button
            variant="default"
            size="sm"
            loading={busy === 'another'}
            onClick={() => void finish('another')}
          >
            {t('wizard.done.another')}
          </Button>
          <Button size="sm" loading={busy === 'overview'} onClick={() => void finish('overview')}>
            {t('wizard.to-overview')}
          </Button>
        </>
      }
    >
      <Summary />
      <NameOfSite />
      <Next />
      <SecretsNote id={draft.id} />
    </StepForm>
  )
}

function Summary() {
  const { t, say } = useI18n()
  const { draft, settings, go } = useWizard()
  const state = useAppState()
  const progress = useCall('setup.progress', { id: draft.id })
  const connection = state.connections.find((one) => one.id === draft.id)
  const heard = CHAT_EVENTS.filter((name) => (connection?.receivedEvents[name] ?? null) !== null)
  const account = planfixAddress(settings.planfix.baseUrl)
  const { problem, replyDelivered = false, replyReceived = false, task = null } = progress.value ?? {}
  return (
    <Table layout="fixed" variant="vertical">
      <Table.Tbody>
        <Line label={t('wizard.step.chatra')}>
          {draft.checked.chatra === 'accepted' ? (
            <StatusBadge tone="good">{t('wizard.done.checked')}</StatusBadge>
          ) : (
            <StatusBadge tone="attention">{t('wizard.done.unverified')}</StatusBadge>
          )}
        </Line>
        <Line label={t('wizard.step.planfix')}>
          <StatusBadge tone="good">{account.ok ? account.account : settings.planfix.baseUrl}</StatusBadge>
        </Line>
        <Line label={t('wizard.step.address')}>
          {state.publicAddress.address === null ? (
            <Left onGo={() => go('address')} text={t('wizard.done.no-address')} />
          ) : state.publicAddress.state === 'proven' ? (
            <StatusBadge tone="good">{state.publicAddress.address}</StatusBadge>
          ) : (
            <Left onGo={() => go('address')} text={t('wizard.done.unproven')} />
          )}
        </Line>
        <Line label={t('wizard.webhooks.title')}>
          {heard.length === 0 ? (
            <Left onGo={() => go('address')} text={t('wizard.done.not-heard')} />
          ) : (
            <StatusBadge tone="good">
              {t('wizard.done.heard', { done: heard.length, total: CHAT_EVENTS.length })}
            </StatusBadge>
          )}
        </Line>
        <Line label={t('wizard.step.test')}>
          {replyDelivered || replyReceived ? (
            <StatusBadge tone="good">
              {t(replyDelivered ? 'wizard.done.tested' : 'wizard.done.tested-without-client')}
            </StatusBadge>
          ) : task !== null && !problem ? (
            <StatusBadge tone="good">{t('wizard.done.tested-one-way')}</StatusBadge>
          ) : (
            <Left onGo={() => go('test')} text={problem ? say(problem) : t('wizard.done.not-tested')} />
          )}
        </Line>
      </Table.Tbody>
    </Table>
  )
}

/** A connection that is still called like its Planfix account can be called like the site of its first chat. */
function NameOfSite() {
  const { t } = useI18n()
  const { draft, settings, edit } = useWizard()
  const site = useCall('setup.progress', { id: draft.id }).value?.site ?? null
  const account = planfixAddress(settings.planfix.baseUrl)
  const isProposed = account.ok && settings.name.trim() === account.account
  if (site === null || !isProposed || site === settings.name.trim()) return null
  return (
    <Group gap="sm">
      <Text size="sm">{t('wizard.done.name', { name: settings.name })}</Text>
      <Button variant="default" onClick={() => edit((before) => ({ ...before, name: site }))}>
        {t('wizard.done.name-site', { name: site })}
      </Button>
    </Group>
  )
}

/** What is left for later; the overview shows it too. */
function Next() {
  const { t } = useI18n()
  const { host } = useAppState()
  const kinds = [
    'instant-replies',
    'employees',
    ...(host === 'desktop' ? ['start-at-login' as const] : []),
  ] as const
  return (
    <Stack gap={4} component="section">
      <Title order={3}>{t('wizard.suggestions')}</Title>
      <Text size="sm" c="dimmed">
        {t('wizard.done.later')}
      </Text>
      <List size="sm">
        {kinds.map((kind) => (
          <List.Item key={kind}>{t(`wizard.suggestion.${kind}`)}</List.Item>
        ))}
      </List>
    </Stack>
  )
}

const Line = ({ label, children }: { label: string; children: ReactNode }) => (
  <Table.Tr>
    <Table.Th w="34%">{label}</Table.Th>
    <Table.Td>{children}</Table.Td>
  </Table.Tr>
)

/** A remaining step, with a link to it. */
function Left({ text, onGo }: { text: string; onGo(): void }) {
  const { t } = useI18n()
  return (
    <>
      <StatusBadge tone="attention">{text}</StatusBadge>{' '}
      <Button variant="subtle" size="compact-xs" onClick={onGo}>
        {t('wizard.done.do-it')}
      </Button>
    </>
  )
}
