import { Alert } from '@mantine/core'
import type { ReactNode } from 'react'
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '../../../components/icons.ts'
import classes from '../wizard.module.css'

const LOOKS = {
  info: { color: 'gray', Icon: IconInfoCircle, role: undefined },
  good: { color: 'teal', Icon: IconCircleCheck, role: 'status' },
  attention: { color: 'yellow', Icon: IconAlertTriangle, role: undefined },
  bad: { color: 'red', Icon: IconAlertTriangle, role: 'alert' },
} as const

/** A note beside the form, quiet or urgent. */
export function Note(props: { tone: keyof typeof LOOKS; title?: string; children: ReactNode }) {
  const { color, Icon, role } = LOOKS[props.tone]
  return (
    <Alert
      color={color}
      variant="light"
      role={role ?? 'note'}
      icon={<Icon aria-hidden />}
      title={props.title}
      data-tone={props.tone}
      classNames={{ root: classes.note, title: classes.noteTitle }}
    >
      {props.children}
    </Alert>
  )
}
