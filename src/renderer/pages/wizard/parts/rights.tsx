import { Button, Code, Group, Loader, Progress, Stack, Text, VisuallyHidden } from '@mantine/core'
import type { ScopeFinding } from '../../../../shared/api/setup.ts'
import { SCOPES, type Scope } from '../../../../shared/setup/scopes.ts'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import { Fold } from '../../../components/fold.tsx'
import { IconRefresh } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import { blockingScopes, scopesToTick } from '../flow.ts'
import type { Rights } from '../use-rights.ts'
import classes from '../wizard.module.css'
import { Note } from './note.tsx'

/** The rights to tick when the token is created, as Planfix names them. */
export function RightsToTick() {
  const { t } = useI18n()
  return (
    <>
      <Text size="sm">{t('wizard.rights.tick-all')}</Text>
      <ScopeNames scopes={SCOPES} />
    </>
  )
}

const ScopeNames = ({ scopes }: { scopes: readonly string[] }) => (
  <Group gap={4} my={4}>
    {scopes.map((scope) => (
      <Code key={scope}>{scope}</Code>
    ))}
  </Group>
)

/** The token's rights, ticking one by one; in the end one line, or what is missing and what that costs. */
export function RightsFound({ rights }: { rights: Rights }) {
  const { found, state } = rights
  const missing = scopesToTick(found)
  if (state === 'read' && missing.length === 0) return <AllFound found={found} restart={rights.restart} />
  return (
    <Stack gap="sm">
      <RightsProgress rights={rights} />
      {missing.length > 0 && <Missing rights={rights} missing={missing} />}
      <RightsList found={found} isReading={state === 'reading'} />
    </Stack>
  )
}

/** How many have been read, as a bar; used by the step after this one too. */
export function RightsProgress({ rights: { found, state, error, again } }: { rights: Rights }) {
  const { t } = useI18n()
  const text = t('wizard.rights.progress', { done: found.length, total: SCOPES.length })
  if (error) return <ErrorAlert error={error} retry={again} />
  if (state !== 'reading') return null
  return (
    <div>
      <Text size="sm" role="status">
        {text}
      </Text>
      <Progress
        value={(found.length / SCOPES.length) * 100}
        size="sm"
        mt={4}
        transitionDuration={200}
        aria-label={text}
      />
    </div>
  )
}

function AllFound({ found, restart }: { found: Rights['found']; restart(): void }) {
  const { t } = useI18n()
  const isAll = found.every((one) => one.result === 'granted')
  return (
    <Stack gap="xs">
      <Note tone="good">
        {t(isAll ? 'wizard.rights.all' : 'wizard.rights.none-missing', { total: found.length })}
      </Note>
      {!isAll && (
        <Fold label={t('wizard.rights.show-found')}>
          <RightsList found={found} isReading={false} />
          <Again onClick={restart} />
        </Fold>
      )}
    </Stack>
  )
}

/** The rights to tick, and what is not possible without them. */
function Missing({ rights, missing }: { rights: Rights; missing: readonly string[] }) {
  const { t } = useI18n()
  const costs = new Set(rights.found.filter(({ result }) => result === 'missing').map(({ needed }) => needed))
  return (
    <Note tone={blockingScopes(rights.found).length > 0 ? 'bad' : 'attention'}>
      <Text>{t('wizard.rights.tick', { count: missing.length })}</Text>
      <ScopeNames scopes={missing} />
      {[...costs].map((needed) => (
        <Text key={needed} size="sm">
          {t(`wizard.rights.cost.${needed}`)}
        </Text>
      ))}
      {rights.state === 'read' && <Again onClick={rights.restart} />}
    </Note>
  )
}

function Again({ onClick }: { onClick(): void }) {
  const { t } = useI18n()
  return (
    <Button variant="default" mt="xs" leftSection={<IconRefresh size={14} aria-hidden />} onClick={onClick}>
      {t('wizard.rights.again')}
    </Button>
  )
}

const TONES = { granted: 'good', missing: 'bad', unknown: 'off' } as const

/** Every right with its state; the next one to be known shows that it is being read. */
function RightsList({ found, isReading }: { found: Rights['found']; isReading: boolean }) {
  const { t } = useI18n()
  return (
    <ul className={classes.rights}>
      {SCOPES.map((scope, index) => {
        const finding = found[index]
        return (
          <li key={scope} data-scope={scope}>
            {finding ? (
              <Known finding={finding} />
            ) : (
              <Text component="span" size="xs" c="dimmed" className={classes.pending}>
                {isReading && index === found.length ? (
                  <Loader size={10} aria-hidden />
                ) : (
                  <span aria-hidden />
                )}
                {nameOf(scope, t)}
              </Text>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Known({ finding }: { finding: ScopeFinding }) {
  const { t } = useI18n()
  return (
    <StatusBadge size="xs" tone={TONES[finding.result]}>
      {nameOf(finding.scope as Scope, t)}
      {finding.result === 'granted' ? (
        <VisuallyHidden> ({t('wizard.rights.granted')})</VisuallyHidden>
      ) : (
        ` (${t(`wizard.rights.${finding.result}`)})`
      )}
    </StatusBadge>
  )
}

const nameOf = (scope: Scope, t: ReturnType<typeof useI18n>['t']): string => t(`wizard.right.${scope}`)
