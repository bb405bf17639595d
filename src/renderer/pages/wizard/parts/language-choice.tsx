import { Radio } from '@mantine/core'
import type { CallError } from '../../../../shared/api.ts'
import { LANGUAGES, type Language } from '../../../../shared/i18n/texts.ts'
import { useClient } from '../../../client/hooks.tsx'
import { useI18n } from '../../../i18n.tsx'
import classes from '../wizard.module.css'

/** Each language by its own name, for readers who do not understand the current one. */
const NAMES: Record<Language, string> = { en: 'English', ro: 'Română', ru: 'Русский' }

/** The language of the whole interface; a choice is saved at once. */
export function LanguageChoice({ onProblem }: { onProblem(error: CallError | null): void }) {
  const { t, language } = useI18n()
  const bridge = useClient()
  const choose = async (value: string) => {
    const answer = await bridge.call('settings.save', {
      settings: { language: value as Language, followBrowser: false },
    })
    onProblem(answer.ok ? null : answer.error)
  }
  return (
    <Radio.Group value={language} onChange={(value) => void choose(value)} label={t('wizard.language.label')}>
      <div className={classes.cards}>
        {LANGUAGES.map((one) => (
          <Radio.Card
            key={one}
            value={one}
            lang={one}
            className={classes.card}
            aria-label={NAMES[one]}
            // One tab stop; arrow keys choose.
            tabIndex={one === language ? 0 : -1}
          >
            <Radio.Indicator size="xs" aria-hidden />
            {NAMES[one]}
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  )
}
