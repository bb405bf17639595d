import { Button, Tooltip, VisuallyHidden } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { useClient } from '../../client/hooks.tsx'
import { IconCheck, IconCopy, IconDownload } from '../../components/icons.ts'
import { save } from '../../components/save-file.ts'
import { useI18n } from '../../i18n.tsx'

const COPIED_MS = 2_000

/** The report, without secrets, to the clipboard or into a file. */
export function ReportButtons({ disabled }: { disabled: boolean }) {
  const { t, say, language } = useI18n()
  const bridge = useClient()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const report = async () => {
    const answer = await bridge.call('diagnostics.report', { language })
    if (answer.ok) return answer.value
    notifications.show({ color: 'red', message: say(answer.error.message) })
    return null
  }
  const copy = async () => {
    const made = await report()
    if (made === null) return
    try {
      await navigator.clipboard.writeText(made.text)
      setCopied(true)
    } catch {
      notifications.show({ color: 'orange', message: t('diagnostics.copy-failed') })
    }
  }
  const saveReport = async () => {
    const made = await report()
    if (made !== null) save(new Blob([made.text], { type: 'text/plain;charset=utf-8' }), made.name)
  }
  const CopyIcon = copied ? IconCheck : IconCopy
  return (
    <>
      <Tooltip label={t('diagnostics.report-hint')}>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<CopyIcon size={16} aria-hidden />}
          onClick={() => void copy()}
        >
          {t('diagnostics.copy')}
        </Button>
      </Tooltip>
      <Tooltip label={t('diagnostics.report-hint')}>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => void saveReport()}
        >
          {t('diagnostics.save')}
        </Button>
      </Tooltip>
      <VisuallyHidden role="status">{copied ? t('action.copied') : ''}</VisuallyHidden>
    </>
  )
}
