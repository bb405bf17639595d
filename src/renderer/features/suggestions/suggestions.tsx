import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Suggestion } from '../../../shared/api/setup.ts'
import { useAppState, useCall, useClient } from '../../client/hooks.tsx'
import { IconBulb } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

const AGAIN_MS = 60_000

export const useSuggestions = () => useCall('suggestions.get', {}, { everyMs: AGAIN_MS, keepPrevious: true })

/** What would make a connection better, each until it is done or dismissed. Shows nothing when there is none. */
export function Suggestions() {
  const { t } = useI18n()
  const bridge = useClient()
  const { value } = useSuggestions()
  // Answers that are on their way do not bring it back.
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const suggestions = (value?.suggestions ?? []).filter((one) => !dismissed.has(keyOf(one)))
  if (suggestions.length === 0) return null
  const dismiss = async (one: Suggestion) => {
    const { connectionId, kind } = one
    const answer = await bridge.call('suggestions.dismiss', { connectionId, kind })
    if (answer.ok) setDismissed((before) => new Set(before).add(keyOf(one)))
  }
  return (
    <Stack component="section" gap="xs" aria-labelledby="suggestions">
      <Title order={2} size="h4" id="suggestions">
        {t('wizard.suggestions')}
      </Title>
      {suggestions.map((one) => (
        <Line key={keyOf(one)} suggestion={one} dismiss={() => void dismiss(one)} />
      ))}
    </Stack>
  )
}

const keyOf = ({ connectionId, kind }: Suggestion): string => `${connectionId} ${kind}`

function Line({ suggestion, dismiss }: { suggestion: Suggestion; dismiss(): void }) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const { connectionId, kind, missing } = suggestion
  const own = connections.filter((one) => !one.demo)
  const name = own.length > 1 ? own.find((one) => one.id === connectionId)?.name : undefined
  const title = t(`wizard.suggestion.${kind}`)
  return (
    <Paper px="md" py="xs">
      <Group gap="sm">
        <IconBulb size={18} aria-hidden />
        <div style={{ flex: '1 1 14rem', minWidth: 0 }}>
          <Text size="sm" fw={600}>
            {name === undefined ? title : `${name}: ${title}`}
          </Text>
          <Text size="sm" c="dimmed">
            {t(`wizard.suggestion.${kind}.text`, { events: missing.join(', ') })}
          </Text>
        </div>
        <Group gap="xs">
          <Button component={Link} variant="light" {...targetOf(suggestion)}>
            {t(`wizard.suggestion.${kind}.do`)}
          </Button>
          <Button
            variant="subtle"
            onClick={dismiss}
            aria-label={`${t('wizard.suggestion.dismiss')}: ${title}`}
          >
            {t('wizard.suggestion.dismiss')}
          </Button>
        </Group>
      </Group>
    </Paper>
  )
}

/** The page, and its section, where it is done. */
function targetOf({ connectionId, kind }: Pick<Suggestion, 'connectionId' | 'kind'>): {
  href: string
  state?: { at: string }
} {
  switch (kind) {
    case 'webhooks':
      return { href: `/settings/${connectionId}`, state: { at: 'addresses' } }
    case 'instant-replies':
      return { href: `/settings/${connectionId}`, state: { at: 'channel' } }
    case 'employees':
      return { href: `/employees/${connectionId}` }
    case 'start-at-login':
      return { href: '/settings' }
  }
}
