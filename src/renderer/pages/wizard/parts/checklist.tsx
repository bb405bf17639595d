import { Stack, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { IconCheck } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import classes from '../wizard.module.css'

export interface Item {
  done: boolean
  title: string
  /** What to do, or to wait for, while it is not done. */
  advice: string
  detail?: ReactNode
}

/** Finished and remaining steps; the first unfinished one is the current one. */
export function Checklist({ items }: { items: Item[] }) {
  const { t } = useI18n()
  const next = items.findIndex((item) => !item.done)
  return (
    <Stack component="ol" gap="sm" className={classes.checklist} aria-live="polite">
      {items.map((item, index) => {
        const state = item.done ? 'done' : index === next ? 'current' : 'open'
        return (
          <li key={item.title} data-state={state} className={classes.item}>
            <span className={classes.mark} aria-hidden>
              {item.done ? <IconCheck size={12} stroke={3} /> : index + 1}
            </span>
            <div className={classes.itemBody}>
              <Text fw={state === 'current' ? 600 : undefined} c={state === 'open' ? 'dimmed' : undefined}>
                {item.title}
                {item.done && <VisuallyHidden>{t('wizard.step-done')}</VisuallyHidden>}
              </Text>
              {state === 'current' && (
                <Text size="sm" c="dimmed">
                  {item.advice}
                </Text>
              )}
              {item.detail}
            </div>
          </li>
        )
      })}
    </Stack>
  )
}
