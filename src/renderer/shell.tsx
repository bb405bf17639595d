import { Alert, AppShell, Center, Loader, Skeleton, Stack, Text, Title } from '@mantine/core'
import { type ComponentType, lazy, Suspense, useEffect, useRef } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { mayCall } from '../shared/api/access/roles.ts'
import type { AppState } from '../shared/api/state.ts'
import { useMaybeAccess } from './client/access.tsx'
import { useLine, useMaybeAppState } from './client/hooks.tsx'
import { ErrorBoundary } from './components/feedback/error-boundary.tsx'
import { useI18n } from './i18n.tsx'
import { Help, Pages, useNavigationForm } from './navigation.tsx'
import { OverviewPage } from './pages/overview/index.tsx'
import classes from './shell.module.css'
import { loadPageTexts } from './texts.ts'

/**
 * Loaded when they are opened; the others follow a moment later, so that they open while the bridge is
 * unreachable.
 */
const fetched: (() => Promise<unknown>)[] = []
function page<N extends string>(load: () => Promise<Record<N, ComponentType>>, name: N) {
  fetched.push(load)
  return lazy(async () => {
    const [parts] = await Promise.all([load(), loadPageTexts()])
    return { default: parts[name] }
  })
}

fetched.push(loadPageTexts)
const LogPage = page(() => import('./pages/log/index.tsx'), 'LogPage')
const ConversationPage = page(() => import('./pages/conversation/index.tsx'), 'ConversationPage')
const ConversationsPage = page(() => import('./pages/conversations/index.tsx'), 'ConversationsPage')
const ReportPage = page(() => import('./pages/report/index.tsx'), 'ReportPage')
const EmployeesPage = page(() => import('./pages/employees/index.tsx'), 'EmployeesPage')
const DemoPage = page(() => import('./pages/demo/index.tsx'), 'DemoPage')
const DiagnosticsPage = page(() => import('./pages/diagnostics/index.tsx'), 'DiagnosticsPage')
const SettingsPage = page(() => import('./pages/settings/index.tsx'), 'SettingsPage')
const HelpPage = page(() => import('./pages/help/index.tsx'), 'HelpPage')
const WizardPage = page(() => import('./pages/wizard/index.tsx'), 'WizardPage')
const UpdateNotice = lazy(async () => ({
  default: (await import('./features/whats-new/notice.tsx')).UpdateNotice,
}))
/** The window: pages on the left, common notices on top, the chosen page in the middle. */
export function Shell() {
  const state = useMaybeAppState()
  const access = useMaybeAccess()
  const line = useLine()
  const [path] = useLocation()
  const { t } = useI18n()
  const isReady = state !== null && access !== null
  const form = useNavigationForm()
  const page = useRef<HTMLDivElement>(null)
  // A new page begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the page is another one.
  useEffect(() => {
    if (page.current !== null) page.current.scrollTop = 0
  }, [path])
  useEffect(() => {
    if (!isReady) return
    const timer = setTimeout(() => {
      for (const load of fetched) load().catch(() => undefined)
    }, 1000)
    return () => clearTimeout(timer)
  }, [isReady])
  if (state === null || access === null)
    return line === 'no-access' ? <NoAccess /> : <Waiting offline={line === 'offline'} />
  const maySetUp = mayCall(access.role, 'setup.begin')
  // First launch: there is only the set-up to show.
  if (maySetUp && state.connections.length === 0 && path === '/') return <Redirect to="/setup" />
  if (!maySetUp && path.startsWith('/setup')) return <Redirect to="/" />
  const inWizard = path.startsWith('/setup')
  return (
    <AppShell
      layout="alt"
      padding={0}
      navbar={{
        width: form === 'icons' ? 56 : 208,
        breakpoint: 0,
        collapsed: { desktop: inWizard || form === 'bottom', mobile: inWizard || form === 'bottom' },
      }}
      footer={{ height: 52, collapsed: inWizard || form !== 'bottom' }}
      transitionDuration={0}
    >
      <button type="button" className={classes.skip} onClick={skipToMain}>
        {t('nav.skip')}
      </button>
      {!inWizard && form !== 'bottom' && (
        <AppShell.Navbar
          className={classes.navbar}
          p={form === 'icons' ? 6 : 'xs'}
          aria-label={t('nav.label')}
        >
          {form === 'full' && <Text className={classes.brand}>{t('app.name')}</Text>}
          <Pages path={path} form={form} />
          <Help path={path} form={form} />
        </AppShell.Navbar>
      )}
      <AppShell.Main className={classes.main} id="main" tabIndex={-1}>
        <Notices line={line} />
        <div className={classes.page} ref={page}>
          <ErrorBoundary key={path}>
            <Suspense fallback={<Loading />}>
              <Switch>
                <Route path="/" component={OverviewPage} />
                <Route path="/log" component={LogPage} />
                <Route path="/conversations" component={ConversationsPage} />
                <Route path="/conversation/:id" component={ConversationPage} />
                <Route path="/report" component={ReportPage} />
                <Route path="/employees/:id?" component={EmployeesPage} />
                <Route path="/demo" component={DemoPage} />
                <Route path="/diagnostics" component={DiagnosticsPage} />
                <Route path="/settings/:id?" component={SettingsPage} />
                <Route path="/help/:id?" component={HelpPage} />
                <Route path="/setup/:id?" component={WizardPage} />
                <Route>
                  <Redirect to="/" />
                </Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </div>
      </AppShell.Main>
      {!inWizard && form === 'bottom' && (
        <AppShell.Footer
          className={classes.footer}
          role="navigation"
          component="nav"
          aria-label={t('nav.label')}
        >
          <Pages path={path} form={form} />
        </AppShell.Footer>
      )}
    </AppShell>
  )
}

/** Notices of every page: the connection is lost, the disk is full, the accounts are simulated. */
function Notices({ line }: { line: string }) {
  const state = useMaybeAppState()
  const { t, say } = useI18n()
  const [path] = useLocation()
  return (
    <div aria-live="polite">
      {line === 'offline' && (
        <Alert color="orange" radius={0} title={t('shell.offline.title')} py="xs">
          {t('shell.offline.text')}
        </Alert>
      )}
      {line === 'no-access' && (
        <Alert color="orange" radius={0} title={t('shell.no-access.title')} py="xs">
          {t('shell.no-access.text')}
        </Alert>
      )}
      {(state?.notices ?? []).map((notice) => (
        <Alert key={notice.key} color="blue" radius={0} py="xs">
          {say(notice)}
        </Alert>
      ))}
      {state?.storeFailing && (
        <Alert color={state.keptEvents?.hasRoom ? 'orange' : 'red'} radius={0} py="xs">
          {t(failingText(state), { detail: state.storeFailing, count: state.keptEvents?.waiting ?? 0 })}
        </Alert>
      )}
      {state?.updated && (
        <Suspense fallback={null}>
          <UpdateNotice version={state.version} />
        </Suspense>
      )}
      {(state?.host === 'demo' || (state?.demo && path === '/demo')) && (
        <div className={classes.demo}>{t('shell.demo')}</div>
      )}
    </div>
  )
}

function NoAccess() {
  const { t } = useI18n()
  return (
    <Center h="100%" component="main">
      <Stack maw="30rem" p="lg" gap="xs">
        <Title order={1}>{t('shell.no-access.title')}</Title>
        <Text>{t('shell.no-access.text')}</Text>
      </Stack>
    </Center>
  )
}

function Waiting({ offline }: { offline: boolean }) {
  const { t } = useI18n()
  return (
    <Center h="100%" component="main">
      <Stack align="center" gap="sm" role="status">
        <Loader size="sm" />
        <Text>{offline ? t('shell.offline.title') : t('shell.loading')}</Text>
      </Stack>
    </Center>
  )
}

/** A placeholder of a page while it is loading. */
function Loading() {
  return (
    <Stack p="lg" gap="md" aria-hidden>
      <Skeleton height={28} width="14rem" />
      <Skeleton height={120} />
      <Skeleton height={240} />
    </Stack>
  )
}

// The address after # belongs to the pages, so this is no link.
const skipToMain = () => document.getElementById('main')?.focus()

const failingText = ({ storePlace, keptEvents }: AppState) =>
  storePlace === 'folder'
    ? 'shell.store-failing'
    : keptEvents?.hasRoom
      ? 'shell.database-keeping'
      : 'shell.database-failing'
