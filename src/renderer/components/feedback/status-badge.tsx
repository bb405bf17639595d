import { Group, Text, ThemeIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { IconAlertTriangle, IconCheck, IconClock, IconMinus, IconX } from '../icons.ts'

export type Tone = 'good' | 'wait' | 'attention' | 'bad' | 'off'

const LOOKS = {
  good: { color: 'teal.8', Icon: IconCheck },
  wait: { color: 'blue.8', Icon: IconClock },
  attention: { color: 'orange.9', Icon: IconAlertTriangle },
  bad: { color: 'red.8', Icon: IconX },
  off: { color: 'gray.7', Icon: IconMinus },
} as const

/** A state as a shape and a word: the colour only repeats both. */
export function StatusBadge({
  tone,
  children,
  size = 'sm',
}: {
  tone: Tone
  children: ReactNode
  size?: 'xs' | 'sm'
}) {
  const { color, Icon } = LOOKS[tone]
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <ThemeIcon color={color} size={size === 'xs' ? 14 : 18} radius="xl" aria-hidden>
        <Icon size={size === 'xs' ? 10 : 12} stroke={2.5} />
      </ThemeIcon>
      <Text component="span" size={size}>
        {children}
      </Text>
    </Group>
  )
}
