import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './settings.module.css'

/** A group of settings with its heading; `anchor` is the target of links. */
export function Section(props: { title: string; intro?: string; anchor?: string; children: ReactNode }) {
  const { title, intro, anchor, children } = props
  return (
    <section className={classes.section} aria-label={title}>
      <Title order={2} id={anchor && anchorOf(anchor)} tabIndex={-1} className={classes.sectionTitle}>
        {title}
      </Title>
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
