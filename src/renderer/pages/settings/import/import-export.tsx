import { Button, FileButton, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRef, useState } from 'react'
import type { CallError, Value } from '../../../../shared/api.ts'
import { useClient } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { IconDownload, IconUpload } from '../../../components/icons.ts'
import { save } from '../../../components/save-file.ts'
import { useI18n } from '../../../i18n.tsx'
import { Section } from '../section.tsx'
import { useLocked } from '../use-locked.ts'
import { ImportPreview } from './import-preview.tsx'

interface Read {
  name: string
  text: string
  content: Value<'settings.readImport'>
}

/** Exports connections to a file, without their secrets; and imports them, after a preview. */
export function ImportExport() {
  const { t } = useI18n()
  return (
    <>
      <Section title={t('settings.export')} intro={t('settings.export.text')}>
        <Export />
      </Section>
      <Section title={t('settings.import')} intro={t('settings.import.text')}>
        <Import />
      </Section>
    </>
  )
}

function Export() {
  const bridge = useClient()
  const { t, say } = useI18n()
  const [busy, setBusy] = useState(false)
  const saveSettings = async () => {
    setBusy(true)
    const answer = await bridge.call('settings.export', {})
    setBusy(false)
    if (answer.ok) save(new Blob([answer.value.text], { type: 'application/json' }), answer.value.name)
    else notifications.show({ color: 'red', message: say(answer.error.message) })
  }
  return (
    <Group>
      <Button
        variant="default"
        loading={busy}
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => void saveSettings()}
      >
        {t('settings.export.button')}
      </Button>
    </Group>
  )
}

function Import() {
  const bridge = useClient()
  const { t } = useI18n()
  const locked = useLocked()
  const [read, setRead] = useState<Read | null>(null)
  const [error, setError] = useState<CallError | null>(null)
  const reset = useRef<() => void>(null)

  const look = async (file: File | null) => {
    reset.current?.()
    if (file === null) return
    const text = await file.text()
    const answer = await bridge.call('settings.readImport', { text })
    setError(answer.ok ? null : answer.error)
    setRead(answer.ok ? { name: file.name, text, content: answer.value } : null)
  }
  const take = async (ids: string[]) => {
    if (read === null) return
    const answer = await bridge.call('settings.import', { text: read.text, ids })
    if (!answer.ok) return setError(answer.error)
    setError(null)
    setRead(null)
    notifications.show({ message: t('settings.import.done', { count: ids.length }) })
  }
  return (
    <Stack gap="sm" align="flex-start">
      <FileButton onChange={(file) => void look(file)} accept="application/json,.json" resetRef={reset}>
        {(button) => (
          <Button
            {...button}
            variant="default"
            disabled={locked}
            leftSection={<IconUpload size={14} aria-hidden />}
          >
            {t('settings.import.button')}
          </Button>
        )}
      </FileButton>
      {error && <ErrorAlert error={error} />}
      {read && (
        <>
          <Text size="sm" role="status">
            {t('settings.import.file', { name: read.name })}
          </Text>
          <ImportPreview
            key={read.text}
            content={read.content}
            onTake={take}
            onCancel={() => {
              setRead(null)
              setError(null)
            }}
          />
        </>
      )}
    </Stack>
  )
}
