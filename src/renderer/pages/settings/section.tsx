import { Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ArticleId } from '../../components/help-articles.ts'
import { HelpLink } from '../../components/help-link.tsx'
import classes from './settings.module.css'

/** A group of settings with its heading; `anchor` is the target of links, `help` the article about it. */
export function Section(props: {
  title: string
  intro?: string
  anchor?: string
  help?: ArticleId
  children: ReactNode
}) {
  const { title, intro, anchor, help, children } = props
  return (
    <section className={classes.section} aria-label={title}>
      <Group gap={4} wrap="nowrap">
        <Title order={2} id={anchor && anchorOf(anchor)} tabIndex={-1} className={classes.sectionTitle}>
          {title}
        </Title>
        {help && <HelpLink article={help} about={title} />}
      </Group>
      {intro !== undefined && (
        <Text size="sm" c="dimmed" mt={2}>
          {intro}
        </Text>
      )}
      <Stack gap="md" mt="sm">
        {children}
      </Stack>
    </section>
  )
}

const anchorOf = (name: string): string => `settings-${name}`

export function goToSection(name: string): void {
  const heading = document.getElementById(anchorOf(name))
  heading?.scrollIntoView({ block: 'start' })
  heading?.focus({ preventScroll: true })
}
