import { Alert, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { CallError } from '../../../shared/api/answer.ts'
import type { ConversationView, MessageRow } from '../../../shared/api/log.ts'
import { isTextKey } from '../../../shared/i18n/texts.ts'
import { Allowed } from '../../client/access.tsx'
import { useAppState, useClient, useRefresh } from '../../client/hooks.tsx'
import { IconAlertTriangle } from '../../components/icons.ts'
import { Outside } from '../../features/messages/detail.tsx'
import { useI18n } from '../../i18n.tsx'
import classes from './chat.module.css'

/** The client, and links to the conversation in the two services. */
export function Head({ view }: { view: ConversationView }) {
  const { t, number } = useI18n()
  const { connections } = useAppState()
  const connection = connections.find(({ id }) => id === view.connectionId)
  const facts: [string, string | null][] = [
    [t('log.talk.email'), view.email],
    [t('log.talk.phone'), view.phone],
    [t('log.talk.place'), view.place],
    [t('log.panel.connection'), connections.length > 1 ? (connection?.name ?? view.connectionId) : null],
  ]
  return (
    <div className={classes.head}>
      <Text size="sm" fw={600}>
        {t(view.clientLeft ? 'log.talk.left' : 'log.talk.here')}
      </Text>
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <dl key={name} className={classes.fact}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </dl>
          ),
      )}
      <Text size="sm" c="dimmed">
        {t('log.talk.count', { count: view.messages, shown: number(view.messages) })}
      </Text>
      {view.contact?.url && <Outside href={view.contact.url}>{t('log.talk.contact')}</Outside>}
      {view.tasks.map((task) => (
        <Task key={task.id} task={task} />
      ))}
      {view.devices.map((device) => (
        <Device key={device.clientId} device={device} />
      ))}
    </div>
  )
}

function Task({ task }: { task: ConversationView['tasks'][number] }) {
  const { t } = useI18n()
  const state = task.deleted ? 'deleted' : task.active ? 'active' : 'closed'
  const name = `${t('log.talk.task', { id: task.id })} (${t(`log.talk.task-${state}`)})`
  return task.url === null || task.deleted ? (
    <Text size="sm" c="dimmed">
      {name}
    </Text>
  ) : (
    <Outside href={task.url}>{name}</Outside>
  )
}

function Device({ device }: { device: ConversationView['devices'][number] }) {
  const { t } = useI18n()
  const name = [device.os, device.browser].filter((part) => part !== null).join(', ')
  const shown = t('log.talk.device-chat', { device: name === '' ? t('log.talk.device-unknown') : name })
  return (
    <Group gap="xs">
      {device.chatUrl === null ? (
        <Text size="sm" c="dimmed">
          {shown}
        </Text>
      ) : (
        <Outside href={device.chatUrl}>{shown}</Outside>
      )}
      {device.joined !== null && <Joined joined={device.joined} />}
    </Group>
  )
}

/** Why the device is in this conversation, and how to separate it. */
function Joined({ joined }: { joined: NonNullable<ConversationView['devices'][number]['joined']> }) {
  const { t, say } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<CallError['message'] | null>(null)
  const separate = async () => {
    setBusy(true)
    const answer = await bridge.call('conversation.separate', { id: joined.conversationId })
    setProblem(answer.ok ? null : answer.error.message)
    await refresh('conversation.get')
    setBusy(false)
  }
  return (
    <>
      <Text size="sm" c="dimmed">
        {t(`log.talk.joined-${joined.why}`)}
      </Text>
      <Allowed call="conversation.separate">
        <Button variant="default" size="compact-sm" loading={busy} onClick={() => void separate()}>
          {t('log.talk.separate')}
        </Button>
      </Allowed>
      {problem !== null && (
        <Text size="sm" c="red" role="alert">
          {say(problem)}
        </Text>
      )}
    </>
  )
}

/** The loop breaker paused it: the reason, and how to continue. */
export function Stopped({ view, rows }: { view: ConversationView; rows: readonly MessageRow[] }) {
  const { t, say } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const [busy, setBusy] = useState(false)
  if (view.paused === null) return null
  const waiting = rows.find(({ canRetry, state }) => canRetry && state !== 'failed' && state !== 'skipped')
  const resume = async () => {
    setBusy(true)
    await bridge.call('log.retry', { id: waiting!.id })
    await refresh('conversation.get')
    setBusy(false)
  }
  const key = `log.reason.${view.paused}`
  return (
    <Alert
      mb="xs"
      py="xs"
      color="orange"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('log.talk.paused')}
    >
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{isTextKey(key) ? say({ key, params: {} }) : view.paused}</Text>
        {waiting !== undefined && (
          <Allowed call="log.retry">
            <Button variant="default" flex="none" loading={busy} onClick={() => void resume()}>
              {t('log.resume')}
            </Button>
          </Allowed>
        )}
      </Group>
    </Alert>
  )
}
