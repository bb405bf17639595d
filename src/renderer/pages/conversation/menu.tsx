import { ActionIcon, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { ConversationView, MessageRow } from '../../../shared/api/log.ts'
import { useMay } from '../../client/access.tsx'
import { useClient } from '../../client/hooks.tsx'
import {
  IconBan,
  IconBell,
  IconBellOff,
  IconCopy,
  IconDots,
  IconDownload,
  IconPrinter,
  IconTrash,
} from '../../components/icons.ts'
import { fileName, save } from '../../components/save-file.ts'
import { useI18n } from '../../i18n.tsx'
import { asText, wholeThread } from './as-text.ts'
import { ForgetDialog } from './forget.tsx'
import { Printed } from './printed.tsx'

/** What can be done with a whole conversation. */
export function TalkMenu({ view, onChange }: { view: ConversationView; onChange(): void }) {
  const speech = useI18n()
  const { t, say } = speech
  const bridge = useClient()
  const may = useMay()
  const [printed, setPrinted] = useState<MessageRow[] | null>(null)
  const [forgets, setForgets] = useState(false)
  const failed = (message: Parameters<typeof say>[0]) =>
    notifications.show({ message: say(message), color: 'red' })

  const withAll = async (use: (rows: MessageRow[]) => unknown) => {
    const all = await wholeThread(bridge, view.id)
    if (all.ok) await use(all.value)
    else failed(all.error.message)
  }
  const copy = (rows: MessageRow[]) =>
    navigator.clipboard.writeText(asText(view, rows, speech)).then(
      () => notifications.show({ message: t('talk.copied'), color: 'teal' }),
      () => notifications.show({ message: t('talk.copy-failed'), color: 'red' }),
    )
  const saveText = (rows: MessageRow[]) =>
    save(
      new Blob([asText(view, rows, speech)], { type: 'text/plain;charset=utf-8' }),
      fileName(`${t('talk.file')}-${view.id}`, 'txt', new Date()),
    )
  const saveData = async () => {
    const parts: string[] = []
    for (let afterId: number | null = 0; afterId !== null; ) {
      const filter = { conversationId: view.id }
      const part: Awaited<ReturnType<typeof bridge.call<'log.export'>>> = await bridge.call('log.export', {
        ...{ filter, format: 'json', afterId },
      })
      if (!part.ok) return failed(part.error.message)
      parts.push(part.value.text)
      afterId = part.value.next
    }
    save(
      new Blob(parts, { type: 'application/json' }),
      fileName(`${t('talk.file')}-${view.id}`, 'json', new Date()),
    )
  }
  const mark = async (change: { muted?: boolean; blocked?: boolean }) => {
    const answer = await bridge.call('conversation.mark', { id: view.id, ...change })
    if (!answer.ok) failed(answer.error.message)
    onChange()
  }
  const icon = (Icon: typeof IconCopy) => <Icon size={16} aria-hidden />
  return (
    <>
      <Menu position="bottom-end" shadow="md" returnFocus>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t('talk.actions')} title={t('talk.actions')}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={icon(IconCopy)} onClick={() => void withAll(copy)}>
            {t('talk.copy')}
          </Menu.Item>
          <Menu.Item leftSection={icon(IconDownload)} onClick={() => void withAll(saveText)}>
            {t('talk.save-text')}
          </Menu.Item>
          <Menu.Item leftSection={icon(IconDownload)} onClick={() => void saveData()}>
            {t('talk.save-json')}
          </Menu.Item>
          <Menu.Item leftSection={icon(IconPrinter)} onClick={() => void withAll(setPrinted)}>
            {t('talk.print')}
          </Menu.Item>
          {may('conversation.mark') && (
            <>
              <Menu.Divider />
              <Menu.Item
                leftSection={icon(view.muted ? IconBell : IconBellOff)}
                onClick={() => void mark({ muted: !view.muted })}
              >
                {t(view.muted ? 'talk.unmute' : 'talk.mute')}
              </Menu.Item>
              <Menu.Item leftSection={icon(IconBan)} onClick={() => void mark({ blocked: !view.blocked })}>
                {t(view.blocked ? 'talk.unblock' : 'talk.block')}
              </Menu.Item>
            </>
          )}
          {may('conversation.forget') && (
            <Menu.Item leftSection={icon(IconTrash)} onClick={() => setForgets(true)}>
              {t('talk.forget')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ForgetDialog view={view} opened={forgets} onClose={() => setForgets(false)} />
      {printed !== null && <Printed view={view} rows={printed} onEnd={() => setPrinted(null)} />}
    </>
  )
}
