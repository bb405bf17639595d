import type { TextKey } from '../../../shared/i18n/index.ts'
import { START_STEPS, type StartStep } from './progress.ts'

/** The page of a start that takes long: a document without scripts, as an address. */
export function startPage({ step, platform, language, t }: StartPageOptions): string {
  const now = START_STEPS.indexOf(step)
  const steps = START_STEPS.map((one, n) => {
    const state = n < now ? 'done' : n === now ? 'now' : 'later'
    const current = state === 'now' ? ' aria-current="step"' : ''
    return `<li class="${state}"${current}>${escaped(t(`desktop.starting.${one}`))}</li>`
  })
  const html = `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(t('app.name'))}</title>
<style>${STYLE}</style>
<main>
<h1>${escaped(t('desktop.starting.title'))}</h1>
<ol>${steps.join('')}</ol>
<p>${escaped(t(hintOf(step, platform)))}</p>
</main>
</html>`
  return `${START_PAGE}${encodeURIComponent(html)}`
}

export interface StartPageOptions {
  step: StartStep
  platform: NodeJS.Platform
  language: string
  t(key: TextKey): string
}

/** Every address of it begins so. */
const START_PAGE = 'data:text/html;charset=utf-8,'

/** Why it takes long, most likely. */
function hintOf(step: StartStep, platform: NodeJS.Platform): TextKey {
  if (step === 'keychain' && platform !== 'win32') return 'desktop.starting.hint.keychain'
  if (step === 'data') return 'desktop.starting.hint.data'
  return platform === 'win32' ? 'desktop.starting.hint.scan' : 'desktop.starting.hint.wait'
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)

const STYLE = `
:root { color-scheme: light dark; --text: #1d2327; --quiet: #5a6670; --ground: #f4f6f7; --mark: #0c6a75 }
@media (prefers-color-scheme: dark) { :root { --text: #e9ecee; --quiet: #a3adb5; --ground: #15181a; --mark: #4fc3d1 } }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
main { padding: 24px 28px }
h1 { margin: 0 0 12px; font-size: 18px }
ol { margin: 0; padding: 0; list-style: none }
li { padding: 2px 0 2px 26px; position: relative; color: var(--quiet) }
li::before { content: "○"; position: absolute; left: 2px }
.done::before { content: "✓"; color: var(--mark) }
.now { color: var(--text); font-weight: 600 }
.now::before { content: "●"; color: var(--mark) }
p { margin: 14px 0 0; color: var(--quiet); font-size: 13px }
@media (prefers-reduced-motion: no-preference) {
  .now::before { animation: pulse 1.2s ease-in-out infinite alternate }
  @keyframes pulse { from { opacity: 1 } to { opacity: 0.25 } }
}
`
