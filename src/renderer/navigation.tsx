import { Tooltip, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link } from 'wouter'
import { useMaybeAppState } from './client/hooks.tsx'
import {
  IconChartBar,
  IconFlask,
  IconGauge,
  IconHelpCircle,
  IconMessageCircle,
  IconMessages,
  IconSettings,
  IconStethoscope,
  IconUsers,
} from './components/icons.ts'
import { stuckOf } from './features/messages/stuck.ts'
import { useI18n } from './i18n.tsx'
import classes from './navigation.module.css'

const PAGES = [
  { path: '/', key: 'nav.overview', Icon: IconGauge },
  { path: '/conversations', key: 'nav.conversations', Icon: IconMessageCircle },
  { path: '/log', key: 'nav.log', Icon: IconMessages },
  { path: '/report', key: 'report.title', Icon: IconChartBar },
  { path: '/employees', key: 'nav.employees', Icon: IconUsers },
  { path: '/diagnostics', key: 'nav.diagnostics', Icon: IconStethoscope },
  { path: '/settings', key: 'nav.settings', Icon: IconSettings },
  { path: '/demo', key: 'nav.demo', Icon: IconFlask },
] as const
const HELP = { path: '/help', key: 'nav.help', Icon: IconHelpCircle } as const

/** `full` with words, `icons` in a narrow window, `bottom` on a phone. */
export type NavigationForm = 'full' | 'icons' | 'bottom'

/** By the width of the window: 900 and 600 CSS pixels, which a zoomed page has fewer of. */
export function useNavigationForm(): NavigationForm {
  const isNarrow = useMediaQuery('(max-width: 56.24em)', undefined, { getInitialValueInEffect: false })
  const isPhone = useMediaQuery('(max-width: 37.49em)', undefined, { getInitialValueInEffect: false })
  return isPhone ? 'bottom' : isNarrow ? 'icons' : 'full'
}

/** The pages of the program; that of the demo only while one runs. */
export function Pages({ path, form }: { path: string; form: NavigationForm }) {
  const counts = useCounts()
  const isDemo = useMaybeAppState()?.demo != null
  const shown = PAGES.filter((one) => isDemo || one.path !== '/demo')
  return (
    <ul className={classes.pages} data-form={form}>
      {shown.map((page) => (
        <Entry key={page.path} page={page} path={path} form={form} count={counts[page.path]} />
      ))}
    </ul>
  )
}

/** Below the pages. On a phone there is no room: the "?" beside each heading leads there. */
export const Help = ({ path, form }: { path: string; form: NavigationForm }) => (
  <ul className={classes.pages} data-form={form} data-last>
    <Entry page={HELP} path={path} form={form} />
  </ul>
)

function Entry(props: {
  page: (typeof PAGES)[number] | typeof HELP
  path: string
  form: NavigationForm
  count?: Count | undefined
}) {
  const { page, path, form, count } = props
  const { path: one, key, Icon } = page
  const { t } = useI18n()
  const isHere = one === '/' ? path === '/' : path.startsWith(one.replace(/s$/, '')) || path.startsWith(one)
  return (
    <li>
      <Tooltip label={t(key)} disabled={form === 'full'} position={form === 'icons' ? 'right' : 'top'}>
        <Link href={one} className={classes.link} aria-current={isHere ? 'page' : undefined}>
          <Icon size={form === 'bottom' ? 22 : 18} stroke={1.6} aria-hidden className={classes.icon} />
          {form === 'full' ? (
            <span className={classes.word}>{t(key)}</span>
          ) : (
            <VisuallyHidden>{t(key)}</VisuallyHidden>
          )}
          {count !== undefined && (
            <>
              <span className={classes.count} data-tone={count.tone} aria-hidden>
                {count.number > 99 ? '99+' : count.number}
              </span>
              <VisuallyHidden>{` (${count.words})`}</VisuallyHidden>
            </>
          )}
        </Link>
      </Tooltip>
    </li>
  )
}

interface Count {
  number: number
  words: string
  tone: 'waiting' | 'stuck'
}

/** Conversations that wait for an answer, and messages that need attention; none = no number. */
function useCounts(): Partial<Record<(typeof PAGES)[number]['path'], Count>> {
  const { t } = useI18n()
  const state = useMaybeAppState()
  if (state === null) return {}
  const waiting = state.waiting.count
  const stuck = state.connections
    .filter(({ enabled }) => enabled)
    .map(stuckOf)
    .reduce((sum, { failed, uncertain }) => sum + failed + uncertain, 0)
  return {
    ...(waiting > 0 && {
      '/conversations': {
        number: waiting,
        words: t('nav.count-waiting', { count: waiting }),
        tone: 'waiting',
      },
    }),
    ...(stuck > 0 && {
      '/log': { number: stuck, words: t('nav.count-stuck', { count: stuck }), tone: 'stuck' },
    }),
  }
}
