import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useI18n } from '../i18n.tsx'

/** A button for an irreversible action: it explains the action and asks once. */
export function ConfirmButton(
  props: ButtonProps & {
    /** The action, as a question or a heading. */
    title: string
    /** Its effect on messages and people. */
    consequence: ReactNode
    /** The verb on the confirm button. */
    confirm: string
    onConfirm(): unknown
  },
) {
  const { title, consequence, confirm, onConfirm, ...button } = props
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const carryOut = async () => {
    setBusy(true)
    await onConfirm()
    setBusy(false)
    setOpen(false)
  }
  return (
    <>
      <Button variant="default" {...button} onClick={() => setOpen(true)} />
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={title}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          {typeof consequence === 'string' ? <Text>{consequence}</Text> : consequence}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
              {t('action.cancel')}
            </Button>
            <Button color="red.8" loading={busy} onClick={() => void carryOut()}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
