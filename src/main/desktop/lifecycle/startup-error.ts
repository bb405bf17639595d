import { app, dialog } from 'electron'
import { translate, translateAny } from '../../../shared/i18n/index.ts'
import { errorStack } from '../../../shared/node-errors.ts'
import type { Log } from '../../runtime/application.ts'
import type { Redactor } from '../../settings/redact.ts'
import { systemLanguage } from '../system-language.ts'
import { startupErrorText } from './startup-error-text.ts'

/** Shows why the bridge does not start, and exits. */
export function reportStartupError(error: unknown, { dataDir, log, redact }: ReportContext): void {
  const language = systemLanguage(app.getLocale())
  const words = startupErrorText(error, dataDir)
  const text =
    words === null
      ? translate(language, 'desktop.cannot-start.other', { detail: String(error) })
      : translateAny(language, words.key, words.params)
  log.error({ stack: errorStack(error) }, `cannot start: ${text}`)
  dialog.showErrorBox(translate(language, 'desktop.cannot-start.title'), redact(text))
  app.exit(1)
}

interface ReportContext {
  dataDir: string
  log: Log
  redact: Redactor
}
