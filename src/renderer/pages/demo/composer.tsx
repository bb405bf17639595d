import { Button, Checkbox, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useMay } from '../../client/access.tsx'
import { IconSend } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './demo.module.css'

/** A line to write in, as a person of the demo. `send` resolves with whether it was written; then the line is empty. */
export function Composer(props: {
  label: string
  disabled?: boolean
  /** With the tick for the client's notification. */
  notifies?: boolean
  send(given: { text: string; internal: boolean }): Promise<boolean>
}) {
  const { label, disabled = false, notifies = false, send } = props
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [toClient, setToClient] = useState(true)
  const [busy, setBusy] = useState(false)
  const may = useMay()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() === '' || busy) return
    setBusy(true)
    const isWritten = await send({ text, internal: notifies && !toClient })
    setBusy(false)
    if (isWritten) setText('')
  }
  if (!may('demo.write')) return null
  return (
    <form className={classes.composer} onSubmit={(event) => void submit(event)}>
      <TextInput
        className={classes.line}
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={1000}
        disabled={disabled}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button
        type="submit"
        size="sm"
        variant="default"
        disabled={disabled || text.trim() === ''}
        leftSection={<IconSend size={16} aria-hidden />}
      >
        {t('demo.send')}
      </Button>
      {notifies && (
        <Checkbox
          className={classes.notify}
          label={t('demo.task.notify')}
          checked={toClient}
          disabled={disabled}
          onChange={(event) => setToClient(event.currentTarget.checked)}
        />
      )}
    </form>
  )
}
