import { Box, Group, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useI18n } from '../i18n.tsx'
import type { ArticleId } from './help-articles.ts'
import { HelpLink } from './help-link.tsx'
import classes from './page.module.css'

/**
 * The frame of every page: its heading with actions beside it, and its content below. `fill` gives the
 * content the rest of the window (for lists with their own scrolling) instead of scrolling the page. `help`: the
 * article that explains the page, behind a "?" beside the heading.
 */
export function Page(props: {
  title: string
  help?: ArticleId
  actions?: ReactNode
  fill?: boolean
  children: ReactNode
}) {
  const { t } = useI18n()
  const heading = useRef<HTMLHeadingElement>(null)
  const name = t('app.name')
  // Tells a screen reader that the page has changed.
  useEffect(() => {
    document.title = `${props.title} – ${name}`
    heading.current?.focus({ preventScroll: true })
  }, [props.title, name])
  return (
    <Box className={props.fill ? classes.filled : classes.page}>
      <Group justify="space-between" mb="md" gap="xs" mih={32}>
        <Group gap={4} wrap="nowrap" miw={0}>
          <Title order={1} ref={heading} tabIndex={-1} className={classes.heading}>
            {props.title}
          </Title>
          {props.help && <HelpLink article={props.help} about={props.title} />}
        </Group>
        <Group gap="xs">{props.actions}</Group>
      </Group>
      {props.children}
    </Box>
  )
}
