import { Button, Code, Collapse, Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useId } from 'react'
import type { ScopeFinding } from '../../../../shared/api/setup.ts'
import { SCOPES } from '../../../../shared/scopes.ts'
import type { Called } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/error-alert.tsx'
import { IconRefresh } from '../../../components/icons.ts'
import { StatusBadge } from '../../../components/status-badge.tsx'
import { useI18n } from '../../../i18n.tsx'
import { blockingScopes, scopeGroups, scopesToTick } from '../flow.ts'
import classes from '../wizard.module.css'
import { Note } from './note.tsx'

/** The rights to tick when the token is created, behind a button. */
export function RightsToTick() {
  const { t } = useI18n()
  const [open, { toggle }] = useDisclosure(false)
  const id = useId()
  return (
    <>
      <Button variant="subtle" size="compact-xs" onClick={toggle} aria-expanded={open} aria-controls={id}>
        {open ? t('wizard.rights.hide-list') : t('wizard.rights.show-list')}
      </Button>
      <Collapse expanded={open} id={id}>
        <ScopeNames scopes={SCOPES} />
      </Collapse>
    </>
  )
}

/** Names as Planfix writes them. */
const ScopeNames = ({ scopes }: { scopes: readonly string[] }) => (
  <Group gap={4} my={4}>
    {scopes.map((scope) => (
      <Code key={scope}>{scope}</Code>
    ))}
  </Group>
)

/** The token's granted and missing rights, with consequences; missing ones come first. */
export function RightsFound({ rights }: { rights: Called<{ scopes: ScopeFinding[] }> }) {
  const { t } = useI18n()
  if (rights.error) return <ErrorAlert error={rights.error} retry={rights.reload} />
  const scopes = rights.value?.scopes
  if (scopes === undefined) return <Reading />
  const missing = scopesToTick(scopes)
  const isAll = scopes.every((one) => one.result === 'granted')
  const again = (
    <Button
      variant="default"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={rights.refreshing}
      onClick={rights.reload}
    >
      {t('wizard.rights.again')}
    </Button>
  )
  return (
    <Stack gap="sm">
      {missing.length === 0 ? (
        <Note tone="good">{t(isAll ? 'wizard.rights.all' : 'wizard.rights.none-missing')}</Note>
      ) : (
        <Note tone={blockingScopes(scopes).length > 0 ? 'bad' : 'attention'}>
          <Text>{t('wizard.rights.tick', { count: missing.length })}</Text>
          <ScopeNames scopes={missing} />
          {again}
        </Note>
      )}
      <Paper p="sm">
        <Stack gap="sm">
          {scopeGroups(scopes).map((group) => (
            <RightsGroup key={group.needed} {...group} />
          ))}
        </Stack>
      </Paper>
      {missing.length === 0 && <div>{again}</div>}
    </Stack>
  )
}

function RightsGroup({ needed, scopes }: { needed: ScopeFinding['needed']; scopes: ScopeFinding[] }) {
  const { t, say } = useI18n()
  const lacks = scopes.some((one) => one.result === 'missing')
  return (
    <section>
      <Text fw={600} size="sm">
        {t(`wizard.rights.for.${needed}`)}
      </Text>
      <ul className={classes.rights}>
        {scopes.map((one) => (
          <li key={one.scope}>
            <StatusBadge size="xs" tone={TONES[one.result]}>
              {say({ key: `wizard.right.${one.scope}`, params: {} })} <Code>{one.scope}</Code>{' '}
              <span>({t(`wizard.rights.${one.result}`)})</span>
            </StatusBadge>
          </li>
        ))}
      </ul>
      {lacks && (
        <Text size="sm" mt={4}>
          {t(`wizard.rights.cost.${needed}`)}
        </Text>
      )}
    </section>
  )
}

const TONES = { granted: 'good', missing: 'bad', unknown: 'off' } as const

function Reading() {
  const { t } = useI18n()
  return (
    <Stack gap="sm" role="status">
      <Text size="sm">{t('wizard.rights.reading', { count: SCOPES.length })}</Text>
      <Skeleton height={170} />
    </Stack>
  )
}
