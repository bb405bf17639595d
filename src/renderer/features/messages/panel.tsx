import { CloseButton, Drawer, Group, Title } from '@mantine/core'
import { useDidUpdate, useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useRef } from 'react'
import { useI18n } from '../../i18n.tsx'
import classes from './panel.module.css'

/**
 * The message that is looked at: beside the list where there is room, so that one can go on through it, otherwise in
 * front of it. Esc closes it.
 */
export function Panel({
  opened,
  onClose,
  giveBack,
  children,
}: {
  opened: boolean
  onClose(): void
  /** Puts the focus back where it came from. */
  giveBack(): void
  children: ReactNode
}) {
  const { t } = useI18n()
  const body = useRef<HTMLDivElement>(null)
  const isWide = useMediaQuery('(min-width: 75rem)', undefined, { getInitialValueInEffect: false })
  useDidUpdate(() => {
    if (!opened) giveBack()
  }, [opened])
  if (isWide)
    return (
      opened && (
        <aside
          className={classes.beside}
          aria-label={t('log.panel')}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && event.currentTarget.contains(event.target as Node)) onClose()
          }}
        >
          <Group justify="space-between" wrap="nowrap" className={classes.head}>
            <Title order={2}>{t('log.panel')}</Title>
            <CloseButton aria-label={t('log.panel.close')} onClick={onClose} />
          </Group>
          <div className={classes.body}>{children}</div>
        </aside>
      )
    )
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="26rem"
      title={t('log.panel')}
      closeButtonProps={{ 'aria-label': t('log.panel.close') }}
      // A question asked in front of it takes Esc for itself; its keys come by here too.
      closeOnEscape={false}
      returnFocus={false}
      onKeyDown={(event) => {
        const dialog = (event.target as Element).closest('[role="dialog"]')
        if (event.key === 'Escape' && dialog?.contains(body.current)) onClose()
      }}
    >
      <div ref={body}>{children}</div>
    </Drawer>
  )
}
