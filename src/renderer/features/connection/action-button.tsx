import { Button, type ButtonProps } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Answer, CallName, Words } from '../../../shared/api.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'
import { useMay } from '../../client/access.tsx'
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
  const may = useMay()
  const [busy, setBusy] = useState(false)
  const needed = neededFor(action)
  if (needed !== null && !may(needed)) return null
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

/** The call that the action ends in; null = it only shows something. */
function neededFor(action: MendingAction): CallName | null {
  switch (action.do) {
    case 'open':
      return action.href.startsWith('/settings') ? 'settings.save' : null
    case 'try':
      return 'connection.tryNow'
    case 'prove-address':
      return 'tunnel.prove'
    case 'turn-on':
      return 'connection.enable'
  }
}
