import { Portal } from '@mantine/core'
import { useEffect } from 'react'
import type { ConversationView, MessageRow } from '../../../shared/api/log.ts'
import { useI18n } from '../../i18n.tsx'
import { linesOf } from './as-text.ts'
import classes from './printed.module.css'

/** The whole conversation on paper: rendered beside the page, printed at once, and removed afterwards. */
export function Printed({
  view,
  rows,
  onEnd,
}: {
  view: ConversationView
  rows: MessageRow[]
  onEnd(): void
}) {
  const speech = useI18n()
  const { t, date, clock } = speech
  useEffect(() => {
    window.addEventListener('afterprint', onEnd, { once: true })
    window.print()
    return () => window.removeEventListener('afterprint', onEnd)
  }, [onEnd])
  const facts = [view.email, view.phone, view.place].filter((one) => one !== null)
  return (
    <Portal>
      {/* On paper it is all there is. */}
      <main className={classes.paper} data-printed>
        <article>
          <h1>{t('log.talk.title', { name: view.clientName })}</h1>
          <p>{[...facts, t('talk.text.internal-left-out')].join(' · ')}</p>
          {linesOf(view, rows, speech).map((line, index) =>
            line.kind === 'day' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change.
              <h2 key={index}>{date(line.time)}</h2>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change.
              <p key={index}>
                <time>{clock(line.time)}</time> <strong>{line.who}:</strong> {line.text}
                {line.note !== null && <em> ({line.note})</em>}
              </p>
            ),
          )}
        </article>
      </main>
    </Portal>
  )
}
