import { CloseButton, Drawer, Group, Title } from '@mantine/core'
import { useDidUpdate, useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useRef } from 'react'
import { useI18n } from '../../i18n.tsx'
import classes from './panel.module.css'

/**
 * The selected message: beside the list where there is room, so that the list stays usable, otherwise in
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
  /** Returns the focus to its previous element. */
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
      size="min(26rem, 100%)"
      title={t('log.panel')}
      closeButtonProps={{ 'aria-label': t('log.panel.close') }}
      // A dialog in front of it handles Esc itself; its key events bubble through here.
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
