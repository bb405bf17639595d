import { Button, Stack, Text, Title } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useI18n } from '../../i18n.tsx'

/** An error of one page stays inside it: other pages, and the bridge, continue. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children
  }
}

function Failed() {
  const { t } = useI18n()
  return (
    <Stack p="lg" gap="xs" align="flex-start" role="alert">
      <Title order={1}>{t('shell.error.title')}</Title>
      <Text>{t('shell.error.text')}</Text>
      <Button variant="default" onClick={() => location.reload()}>
        {t('shell.error.again')}
      </Button>
    </Stack>
  )
}
