import { Alert, Button, Checkbox, Group, List, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Value } from '../../../../shared/api.ts'
import { IconAlertTriangle } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'

/** The effect of an import: new connections, replaced ones, and problems. */
export function ImportPreview(props: {
  content: Value<'settings.readImport'>
  onTake(ids: string[]): Promise<void>
  onCancel(): void
}) {
  const { content, onTake, onCancel } = props
  const { t, say } = useI18n()
  const { connections, problems } = content
  const [chosen, setChosen] = useState<string[]>(connections.map(({ id }) => id))
  const [busy, setBusy] = useState(false)
  const take = async () => {
    setBusy(true)
    await onTake(chosen)
    setBusy(false)
  }
  const replaced = connections.filter(({ id, exists }) => exists && chosen.includes(id))
  return (
    <Stack gap="sm" w="100%">
      {problems.length > 0 && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('settings.import.wrong')}
        >
          <List size="sm" spacing={2}>
            {problems.map((one) => (
              <List.Item key={`${one.key} ${JSON.stringify(one.params)}`}>{say(one)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {connections.length > 0 && problems.length === 0 && (
        <Checkbox.Group value={chosen} onChange={setChosen} label={t('settings.import.choose')}>
          <Stack gap="xs" mt="xs">
            {connections.map(({ id, name, exists }) => (
              <Checkbox
                key={id}
                value={id}
                label={name}
                description={t(exists ? 'settings.import.replaces' : 'settings.import.new')}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      {connections.length === 0 && problems.length === 0 && <Text>{t('settings.import.nothing')}</Text>}
      {replaced.length > 0 && problems.length === 0 && (
        <Text size="sm">
          {t('settings.import.consequence', { names: replaced.map(({ name }) => name).join(', ') })}
        </Text>
      )}
      <Group gap="xs">
        {connections.length > 0 && problems.length === 0 && (
          <Button onClick={() => void take()} loading={busy} disabled={chosen.length === 0}>
            {t('settings.import.take', { count: chosen.length })}
          </Button>
        )}
        <Button variant="default" onClick={onCancel} disabled={busy}>
          {t('action.cancel')}
        </Button>
      </Group>
    </Stack>
  )
}
