import { NavLink, Select } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useLocation } from 'wouter'
import type { CallName } from '../../../shared/api.ts'
import { Allowed, useMay } from '../../client/access.tsx'
import { useAppState } from '../../client/hooks.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconPlus } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { goToSection } from './section.tsx'
import classes from './settings.module.css'

/** Settings of the program. No id of a connection begins with `~`. */
const PROGRAM = ['general', 'address', 'copies', 'about'] as const
export type ProgramSection = (typeof PROGRAM)[number]
export const sectionPath = (section: ProgramSection): string =>
  section === 'general' ? '/settings' : `/settings/~${section}`

const PARTS = [
  'accounts',
  'tasks',
  'devices',
  'replies',
  'end',
  'visits',
  'channel',
  'addresses',
  'advanced',
  'remove',
] as const
const PART_TITLES = {
  accounts: 'settings.accounts',
  tasks: 'settings.tasks',
  devices: 'settings.devices',
  replies: 'settings.replies',
  end: 'settings.end',
  visits: 'settings.visits',
  channel: 'channel.title',
  addresses: 'settings.hooks',
  advanced: 'settings.advanced',
  remove: 'settings.remove',
} as const

/** Sections that consist of one call: who may not make it does not see them. */
const CALLS: Partial<Record<ProgramSection | keyof typeof PART_TITLES, CallName>> = {
  copies: 'settings.export',
  channel: 'setup.channel',
  addresses: 'connection.addresses',
  remove: 'connection.remove',
}

function useOffered() {
  const may = useMay()
  return (section: keyof typeof CALLS): boolean => {
    const call = CALLS[section]
    return call === undefined || may(call)
  }
}

/** Set-ups that were begun and are no connection yet, for those who may go on with them. */
function useBegun() {
  const { connections, drafts } = useAppState()
  return useMay()('setup.get') ? drafts.filter(({ id }) => !connections.some((one) => one.id === id)) : []
}

/**
 * The sections of the settings: the program's, then each connection's. `here` is a section or the id of a
 * connection.
 */
export function Sections({ here }: { here: string }) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const isOffered = useOffered()
  const isNarrow = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const begun = useBegun()
  if (isNarrow) return <Choice here={here} />
  return (
    <nav className={classes.sections} aria-label={t('settings.sections')}>
      <div className={classes.group}>{t('settings.program')}</div>
      {PROGRAM.filter(isOffered).map((one) => (
        <Entry key={one} href={sectionPath(one)} label={t(`settings.${one}`)} active={here === `~${one}`} />
      ))}
      <div className={classes.group}>{t('settings.connections')}</div>
      {connections.map((one) => (
        <div key={one.id}>
          <Entry
            href={`/settings/${one.id}`}
            label={one.name}
            active={here === one.id}
            note={one.demo ? t('settings.demo.short') : one.enabled ? undefined : t('side.off')}
          />
          {here === one.id && !one.demo && <Parts />}
        </div>
      ))}
      {begun.map((one) => (
        <Entry
          key={one.id}
          href={`/setup/${one.id}`}
          label={one.name || one.id}
          active={false}
          note={t('settings.unfinished')}
        />
      ))}
      <Allowed call="setup.begin">
        <NavLink
          component={Link}
          href="/setup"
          label={t('action.add-connection')}
          leftSection={<IconPlus size={14} aria-hidden />}
        />
      </Allowed>
    </nav>
  )
}

/** The same sections where there is no room beside them. */
function Choice({ here }: { here: string }) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const may = useMay()
  const [, go] = useLocation()
  const begun = useBegun()
  const program = PROGRAM.filter(useOffered()).map((one) => ({
    value: sectionPath(one),
    label: t(`settings.${one}`),
  }))
  const own = [
    ...connections.map(({ id, name }) => ({ value: `/settings/${id}`, label: name })),
    ...begun.map(({ id, name }) => ({
      value: `/setup/${id}`,
      label: `${name || id} (${t('settings.unfinished')})`,
    })),
    ...(may('setup.begin') ? [{ value: '/setup', label: t('action.add-connection') }] : []),
  ]
  const section = PROGRAM.find((one) => here === `~${one}`)
  return (
    <nav aria-label={t('settings.sections')}>
      <Select
        aria-label={t('settings.sections')}
        data={[
          { group: t('settings.program'), items: program },
          { group: t('settings.connections'), items: own },
        ]}
        value={section === undefined ? `/settings/${here}` : sectionPath(section)}
        allowDeselect={false}
        onChange={(path) => path !== null && go(path)}
      />
    </nav>
  )
}

function Entry(props: { href: string; label: string; active: boolean; note?: string | undefined }) {
  const { href, label, active, note } = props
  return (
    <NavLink
      component={Link}
      href={href}
      label={label}
      active={active}
      aria-current={active ? 'page' : undefined}
      description={
        note && (
          <StatusBadge tone="off" size="xs">
            {note}
          </StatusBadge>
        )
      }
      styles={{ label: { overflowWrap: 'anywhere' } }}
    />
  )
}

/** The sections of a connection's long page. */
function Parts() {
  const { t } = useI18n()
  return PARTS.filter(useOffered()).map((part) => (
    <NavLink
      key={part}
      component="button"
      type="button"
      ps="xl"
      py={3}
      label={t(PART_TITLES[part])}
      onClick={() => goToSection(part)}
    />
  ))
}
