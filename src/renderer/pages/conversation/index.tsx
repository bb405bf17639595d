import { Button, Flex, Skeleton, Stack } from '@mantine/core'
import { useCallback, useRef, useState } from 'react'
import { Link, useParams } from 'wouter'
import type { ConversationView, MessageRow } from '../../../shared/api/log.ts'
import { useCall, usePush } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconArrowLeft } from '../../components/icons.ts'
import { lastList } from '../../components/last-list.ts'
import { Page } from '../../components/page.tsx'
import { Detail } from '../../features/messages/detail.tsx'
import { Panel } from '../../features/messages/panel.tsx'
import { useI18n } from '../../i18n.tsx'
import { Chat } from './chat.tsx'
import { Head, Stopped } from './head.tsx'
import { TalkMenu } from './menu.tsx'
import { useThread } from './use-thread.ts'
import { Wishes } from './wishes.tsx'

/** One client's conversation as in the chat, with the state of each message. */
export function ConversationPage() {
  const { t } = useI18n()
  const asked = useCall('conversation.get', { id: Number(useParams<{ id: string }>().id) || 1 })
  const view = asked.value
  usePush('messages', ({ rows, more }) => {
    if (more || rows.some(({ conversationId }) => conversationId === view?.id)) asked.reload()
  })
  const list = lastList()
  const actions = (
    <>
      <Button
        component={Link}
        href={list}
        variant="default"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
      >
        {t(list === '/log' ? 'log.talk.back' : 'talk.back')}
      </Button>
      {view !== undefined && <TalkMenu view={view} onChange={asked.reload} />}
    </>
  )
  const title =
    view && view.clientName !== ''
      ? t('log.talk.title', { name: view.clientName })
      : t('log.panel.conversation')
  return (
    <Page fill title={title} help="internal-notes" actions={actions}>
      {view === undefined ? (
        asked.error ? (
          <ErrorAlert error={asked.error} retry={asked.reload} />
        ) : (
          <LoadingSkeleton />
        )
      ) : (
        <Talk key={view.id} view={view} />
      )}
    </Page>
  )
}

function Talk({ view }: { view: ConversationView }) {
  const thread = useThread(view.id)
  const [open, setOpen] = useState<MessageRow | null>(null)
  const opener = useRef<Element | null>(null)
  const onOpen = useCallback((row: MessageRow) => {
    opener.current = document.activeElement
    setOpen(row)
  }, [])
  const giveBack = () =>
    opener.current instanceof HTMLElement && opener.current.focus({ preventScroll: true })
  const onClose = useCallback(() => setOpen(null), [])
  return (
    <>
      <Head view={view} />
      <Wishes view={view} />
      <Stopped view={view} rows={thread.rows ?? []} />
      {thread.error !== null && <ErrorAlert error={thread.error} retry={thread.reload} />}
      <Flex gap="sm" flex={1} mih={0}>
        {thread.rows === null ? (
          thread.error === null && <LoadingSkeleton />
        ) : (
          <Chat
            thread={thread}
            rows={thread.rows}
            openId={open?.id ?? null}
            onOpen={onOpen}
            onClose={onClose}
          />
        )}
        <Panel opened={open !== null} onClose={onClose} giveBack={giveBack}>
          {open !== null && <Detail key={open.id} id={open.id} row={open} inConversation />}
        </Panel>
      </Flex>
    </>
  )
}

function LoadingSkeleton() {
  return (
    <Stack aria-hidden flex={1}>
      <Skeleton height={20} width="60%" />
      <Skeleton height={56} width="45%" radius="md" />
      <Skeleton height={56} width="40%" radius="md" style={{ alignSelf: 'flex-end' }} />
      <Skeleton height={80} width="50%" radius="md" />
      <Skeleton height={56} width="35%" radius="md" style={{ alignSelf: 'flex-end' }} />
    </Stack>
  )
}
