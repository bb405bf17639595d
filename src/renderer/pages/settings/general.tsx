import { Input, SegmentedControl, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { GeneralSettings } from '../../../shared/api/settings.ts'
import { LANGUAGES, type Language } from '../../../shared/i18n/texts.ts'
import { useAppState, useCall } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useI18n } from '../../i18n.tsx'
import { Notices } from './notifications.tsx'
import { LogFiles, StartAtLogin } from './on-this-computer.tsx'
import { Retention } from './retention.tsx'
import { useSaveGeneral } from './save-general.ts'
import { Section } from './section.tsx'
import { useLocked } from './use-locked.ts'

const NAMES: Record<Language, string> = { en: 'English', ro: 'Română', ru: 'Русский' }
/** No language has this name. */
const BROWSER = 'browser'
const THEMES = ['system', 'light', 'dark'] as const

/** Settings of the program. Each takes effect as soon as it is changed. */
export function General() {
  const { t } = useI18n()
  const { host, language, followsBrowser, theme } = useAppState()
  const isPhone = useMediaQuery('(max-width: 37.49em)', undefined, { getInitialValueInEffect: false })
  const answer = useCall('settings.get', {})
  const save = useSaveGeneral()
  const disabled = useLocked()
  const settings = answer.value
  return (
    <>
      <Section title={t('settings.general')} intro={t('settings.general.text')}>
        <Input.Wrapper
          label={t('settings.language')}
          labelElement="div"
          description={followsBrowser && t('settings.language.browser.text', { language: NAMES[language] })}
        >
          <div>
            <SegmentedControl
              mt={4}
              aria-label={t('settings.language')}
              orientation={isPhone ? 'vertical' : 'horizontal'}
              value={followsBrowser ? BROWSER : language}
              disabled={disabled}
              onChange={(chosen) =>
                void save(
                  chosen === BROWSER
                    ? { followBrowser: true }
                    : { language: chosen as Language, followBrowser: false },
                )
              }
              data={[
                ...(host === 'server' ? [{ value: BROWSER, label: t('settings.language.browser') }] : []),
                ...LANGUAGES.map((one) => ({ value: one as string, label: NAMES[one] })),
              ]}
            />
          </div>
        </Input.Wrapper>
        <Input.Wrapper label={t('settings.theme')} labelElement="div">
          <div>
            <SegmentedControl
              mt={4}
              aria-label={t('settings.theme')}
              value={theme}
              disabled={disabled}
              onChange={(chosen) => void save({ theme: chosen as GeneralSettings['theme'] })}
              data={THEMES.map((one) => ({ value: one, label: t(`settings.theme.${one}`) }))}
            />
          </div>
        </Input.Wrapper>
        {host === 'desktop' && settings && (
          <>
            <StartAtLogin settings={settings} disabled={disabled} save={save} />
            <LogFiles />
          </>
        )}
      </Section>
      {settings ? (
        <>
          <Retention
            key={settings.retentionDays}
            days={settings.retentionDays}
            disabled={disabled}
            save={save}
          />
          <Notices settings={settings.notifications} disabled={disabled} save={save} />
        </>
      ) : answer.error ? (
        <ErrorAlert error={answer.error} retry={answer.reload} />
      ) : (
        <Skeleton height={260} aria-hidden />
      )}
    </>
  )
}
