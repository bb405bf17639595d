import { Button, type ButtonProps } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Answer, Words } from '../../../shared/api.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'
import { useClient } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'

/** What mends a fault: a page of the interface, or a call. */
export type MendingAction =
  | { do: 'open'; label: Words['key']; href: string }
  | { do: 'try'; connectionId: string }
  | { do: 'prove-address' }
  | { do: 'turn-on'; connectionId: string }

export function ActionButton({
  action,
  label,
  variant = 'default',
}: {
  action: MendingAction
  /** Of a call, in place of its usual one. */
  label?: TextKey
  variant?: ButtonProps['variant'] & string
}) {
  const { t, say } = useI18n()
  const bridge = useClient()
  const [busy, setBusy] = useState(false)
  if (action.do === 'open')
    return (
      <Button component={Link} href={action.href} variant={variant} flex="none">
        {t(action.label as TextKey)}
      </Button>
    )
  const call = (): Promise<Answer<unknown>> => {
    if (action.do === 'try') return bridge.call('connection.tryNow', { id: action.connectionId })
    if (action.do === 'prove-address') return bridge.call('tunnel.prove', {})
    return bridge.call('connection.enable', { id: action.connectionId, enabled: true })
  }
  const carryOut = async () => {
    setBusy(true)
    const answer = await call()
    setBusy(false)
    if (!answer.ok) notifications.show({ message: say(answer.error.message), color: 'red' })
    else if (action.do === 'try') notifications.show({ message: t('verdict.trying'), color: 'teal' })
  }
  return (
    <Button variant={variant} flex="none" loading={busy} onClick={() => void carryOut()}>
      {t(label ?? (action.do === 'turn-on' ? 'verdict.turn-on' : 'verdict.try-now'))}
    </Button>
  )
}
