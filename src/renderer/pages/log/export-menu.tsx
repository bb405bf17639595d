import { Button, Group, Menu, Modal, Progress, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRef, useState } from 'react'
import type { LogFilter } from '../../../shared/api/log.ts'
import type { CallError } from '../../../shared/api.ts'
import { useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconChevronDown, IconDownload } from '../../components/icons.ts'
import { fileName, save } from '../../components/save-file.ts'
import { useI18n } from '../../i18n.tsx'
import { type ExportFormat, exported } from './export.ts'
import { indexOfPage, type List, matchesOf } from './list.ts'

/** Saves the filtered messages as a file. */
export function ExportMenu({ filter, list }: { filter: LogFilter; list: List | null }) {
  const { t, number } = useI18n()
  const bridge = useClient()
  const [run, setRun] = useState<{ done: number; all: number; format: ExportFormat } | null>(null)
  const [error, setError] = useState<CallError | null>(null)
  const ending = useRef<AbortController | null>(null)
  const all = list === null ? 0 : matchesOf(list)

  const begin = async (format: ExportFormat) => {
    if (list === null) return
    const controller = new AbortController()
    ending.current = controller
    setError(null)
    setRun({ done: 0, all, format })
    const progress = (id: number) => setRun({ done: all - indexOfPage(list, id), all, format })
    const answer = await exported(bridge, filter, format, progress, controller.signal)
    if (answer === null) return
    if (!answer.ok) return setError(answer.error)
    const name = fileName(t('log.export.file'), format, new Date())
    save(answer.value, name)
    setRun(null)
    notifications.show({ message: t('log.export.done', { name }), color: 'teal' })
  }
  const end = () => {
    ending.current?.abort()
    setRun(null)
    setError(null)
  }
  return (
    <>
      <Menu position="bottom-end" shadow="md" returnFocus>
        <Menu.Target>
          <Button
            variant="default"
            disabled={all === 0}
            leftSection={<IconDownload size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {t('log.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void begin('csv')}>
            {t('log.export.csv')}
            <Text size="xs">{t('log.export.what', { count: all, shown: number(all) })}</Text>
          </Menu.Item>
          <Menu.Item onClick={() => void begin('json')}>
            {t('log.export.json')}
            <Text size="xs">{t('log.export.what', { count: all, shown: number(all) })}</Text>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={run !== null}
        onClose={end}
        title={t('log.export.title')}
        closeButtonProps={{ 'aria-label': t('action.cancel') }}
        closeOnClickOutside={false}
      >
        {run !== null && (
          <Stack>
            {error === null ? (
              <>
                <Progress
                  value={run.all === 0 ? 0 : (100 * run.done) / run.all}
                  aria-label={t('log.export.title')}
                  transitionDuration={0}
                />
                <Text size="sm" role="status">
                  {t('log.export.progress', { done: number(run.done), all: number(run.all) })}
                </Text>
              </>
            ) : (
              <ErrorAlert error={error} retry={() => void begin(run.format)} />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={end} data-autofocus>
                {t('action.cancel')}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  )
}
