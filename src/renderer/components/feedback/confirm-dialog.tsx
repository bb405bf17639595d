import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useI18n } from '../../i18n.tsx'

/** The question of a ConfirmButton. */
export function ConfirmDialog(props: {
  opened: boolean
  title: string
  consequence: ReactNode
  confirm: string
  onConfirm(): unknown
  onClose(): void
}) {
  const { opened, title, consequence, confirm, onConfirm, onClose } = props
  const { t } = useI18n()
  const [busy, setBusy] = useState(false)
  const carryOut = async () => {
    setBusy(true)
    await onConfirm()
    setBusy(false)
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        {typeof consequence === 'string' ? <Text>{consequence}</Text> : consequence}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('action.cancel')}
          </Button>
          <Button color="red.8" loading={busy} onClick={() => void carryOut()}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
