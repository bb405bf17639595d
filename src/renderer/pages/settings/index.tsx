import { Alert, Text } from '@mantine/core'
import { Redirect, useParams } from 'wouter'
import { useMay } from '../../client/access.tsx'
import { useAppState } from '../../client/hooks.tsx'
import { IconInfoCircle } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { KeychainNotice } from '../../features/keychain/notice.tsx'
import { useI18n } from '../../i18n.tsx'
import { About } from './about.tsx'
import { ConnectionSettings } from './connection/index.tsx'
import { General } from './general.tsx'
import { ImportExport } from './import/import-export.tsx'
import { PublicAddress } from './public-address.tsx'
import { Sections } from './sections.tsx'
import classes from './settings.module.css'
import { useLocked } from './use-locked.ts'

/** All settings: the program's on `/settings` and `/settings/~…`, a connection's under its id. */
export function SettingsPage() {
  const { connections, settingsFile } = useAppState()
  const may = useMay()
  const locked = useLocked()
  const { id } = useParams()
  const { t } = useI18n()
  const connection = connections.find((one) => one.id === id)
  const here = connection?.id ?? (id === undefined ? '~general' : `~${id.replace(/^~/, '')}`)
  const program = {
    '~general': <General />,
    '~address': <PublicAddress />,
    '~copies': may('settings.export') ? <ImportExport /> : undefined,
    '~about': <About />,
  }[here]
  if (connection === undefined && program === undefined) return <Redirect to="/settings" replace />
  return (
    <Page title={t('nav.settings')}>
      <div className={classes.layout}>
        <Sections here={here} />
        <div className={classes.content} data-looked-at={locked || undefined}>
          {connection && <KeychainNotice mb="md" />}
          {locked && (
            <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} mb="md">
              <Text size="sm">
                {may('settings.save')
                  ? t('settings.readonly', { path: settingsFile.path })
                  : t('access.settings')}
              </Text>
            </Alert>
          )}
          {connection ? <ConnectionSettings connection={connection} /> : program}
        </div>
      </div>
    </Page>
  )
}
