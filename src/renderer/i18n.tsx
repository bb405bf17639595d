import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import type { CallError, Words } from '../shared/api.ts'
import {
  LANGUAGES,
  type Language,
  type TextKey,
  type TextParams,
  translate,
  translateAny,
} from '../shared/i18n/texts.ts'
import { loadLanguage, onTexts, textsAdded } from './texts.ts'

/** Texts, dates and numbers in the owner's language. */
export interface Speech {
  language: Language
  t(key: TextKey, params?: TextParams): string
  /** A text whose key came from the application; the key itself when it is unknown. */
  say(words: Words | CallError['message']): string
  number(value: number): string
  /** `14:05` */
  clock(time: number): string
  /** `22 Nov 2026` */
  date(time: number): string
  /** `22 Nov, 14:05`, with the year if it differs from the current one. */
  moment(time: number): string
  /** `2 min`, `3 h 5 min` */
  duration(ms: number): string
}

const SpeechContext = createContext<Speech | null>(null)

/** Another language is shown once its texts are here. The first one must be loaded before. */
export function I18nProvider({ language: wanted, children }: { language: Language; children: ReactNode }) {
  const [language, setLanguage] = useState(wanted)
  useEffect(() => {
    let isCurrent = true
    loadLanguage(wanted).then(
      () => isCurrent && setLanguage(wanted),
      // The page goes on in the language that it has.
      () => undefined,
    )
    return () => {
      isCurrent = false
    }
  }, [wanted])
  const added = useSyncExternalStore(onTexts, textsAdded)
  // A text that came late, with a key from the application for instance, is shown then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new texts, new words
  const speech = useMemo(() => speechOf(language), [language, added])
  useEffect(() => {
    document.documentElement.lang = language
    localStorage.setItem('language', language)
    document.title = speech.t('app.name')
  }, [language, speech])
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

export function useI18n(): Speech {
  const speech = useContext(SpeechContext)
  if (speech === null) throw new Error('useWords outside WordsProvider')
  return speech
}

/** That of the last visit, else the browser's, until the bridge has sent the owner's choice. */
export function firstLanguage(): Language {
  const kept = LANGUAGES.find((one) => one === localStorage.getItem('language'))
  return kept ?? browserLanguage()
}

/** The first of the browser's languages in which there are texts; English when there is none. */
export function browserLanguage(): Language {
  const known = navigator.languages
    .map((name) => name.slice(0, 2))
    .find((name) => LANGUAGES.includes(name as Language))
  return (known as Language | undefined) ?? 'en'
}

function speechOf(language: Language): Speech {
  // English with international date formats.
  const locale = { en: 'en-GB', ro: 'ro', ru: 'ru' }[language]
  const number = new Intl.NumberFormat(locale)
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const dayAndClock = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value)
  const isThisYear = (time: number) => new Date(time).getFullYear() === new Date().getFullYear()
  return {
    language,
    t: (key, params) => translate(language, key, params),
    say: ({ key, params }) => translateAny(language, key, params),
    number: (value) => number.format(value),
    clock: (time) => clock.format(time),
    date: (time) => date.format(time),
    moment: (time) =>
      isThisYear(time) ? dayAndClock.format(time) : `${date.format(time)}, ${clock.format(time)}`,
    duration(ms) {
      const seconds = Math.round(ms / 1000)
      if (seconds < 60) return unit(seconds, 'second')
      const minutes = Math.round(seconds / 60)
      if (minutes < 60) return unit(minutes, 'minute')
      const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
      if (hours < 48)
        return rest === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(rest, 'minute')}`
      return unit(Math.round(hours / 24), 'day')
    },
  }
}
