import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { type ReactNode, useEffect } from 'react'
import { Router } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import type { Access } from '../shared/api/access/contract.ts'
import type { AppState } from '../shared/api/state.ts'
import type { Answer } from '../shared/api.ts'
import type { Language } from '../shared/languages.ts'
import { AccessProvider } from './client/access.tsx'
import type { BridgeClient } from './client/client.ts'
import { ClientProvider, useMaybeAppState } from './client/hooks.tsx'
import { browserLanguage, firstLanguage, I18nProvider } from './i18n.tsx'
import { nonce } from './nonce.ts'
import { Shell } from './shell.tsx'
import { theme, variables } from './theme/theme.ts'
import { rememberedTheme, rememberTheme } from './theme/theme-memory.ts'

export function App({ bridge, access }: { bridge: BridgeClient; access: Promise<Answer<Access>> }) {
  return (
    <ClientProvider bridge={bridge}>
      <AccessProvider bridge={bridge} first={access}>
        <Looks>
          <Router hook={useHashLocation}>
            <Shell />
          </Router>
        </Looks>
      </AccessProvider>
    </ClientProvider>
  )
}

/**
 * Language and theme as the owner chose them, or the browser's language; before the bridge has answered, those of the last
 * visit.
 */
function Looks({ children }: { children: ReactNode }) {
  const state = useMaybeAppState()
  const chosen = state?.theme ?? rememberedTheme()
  useEffect(() => rememberTheme(state?.theme ?? null), [state?.theme])
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      getStyleNonce={nonce}
      {...(chosen === 'system' ? { defaultColorScheme: 'auto' as const } : { forceColorScheme: chosen })}
    >
      <I18nProvider language={languageOf(state)}>
        <Notifications position="bottom-right" limit={3} />
        {children}
      </I18nProvider>
    </MantineProvider>
  )
}

const languageOf = (state: AppState | null): Language => {
  if (state === null) return firstLanguage()
  return state.followsBrowser ? browserLanguage() : state.language
}
