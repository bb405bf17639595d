import type { MessageRow } from '../../../shared/api/log.ts'
import type { Speech } from '../../i18n.tsx'

/** The author, if it is not the client. */
export function speakerOf({ author }: Pick<MessageRow, 'author'>, { t }: Pick<Speech, 't'>): string | null {
  switch (author.kind) {
    case 'client':
      return null
    case 'employee':
      return author.name
    case 'agent':
      return t('log.row.agent', { name: author.name })
    case 'bridge':
      return t('log.row.bridge')
  }
}

/** The text of a message on one line, or in `note` why there is none. */
export function lineOf(row: MessageRow, { t }: Pick<Speech, 't'>): { text: string; note: string | null } {
  const all = row.text.replace(/\s+/g, ' ').trim()
  // The text of a file without a message is the file's name.
  const text = row.files.some(({ name }) => name === all) ? '' : all
  if (row.kind === 'event') return { text, note: text === '' ? t('log.row.event') : null }
  if (row.kind === 'edit') return { text, note: t('log.row.edit') }
  if (row.kind === 'delete') return { text, note: t('log.row.delete') }
  if (text === '' && row.files.length === 0) return { text, note: t('log.row.dropped') }
  return { text, note: null }
}

/** `photo.png`, `photo.png +2` */
export const filesOf = ({ files }: Pick<MessageRow, 'files'>): string | null =>
  files.length === 0 ? null : `${files[0]!.name}${files.length > 1 ? ` +${files.length - 1}` : ''}`

/** A day and its time to the second, in the reader's time zone. */
export function fullTime(time: number, language: string): string {
  const known = formats.get(language)
  if (known !== undefined) return known.format(time)
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'long',
    timeStyle: 'medium',
  })
  formats.set(language, format)
  return format.format(time)
}

/** Creating one takes longer than rendering a line of the log. */
const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * `photo.png (12 KB)`. Planfix's sizes are omitted: their unit is unknown (contracts/planfix.md,
 * `file-size-unit`).
 */
export function fileText(
  { name, size }: MessageRow['files'][number],
  { direction }: Pick<MessageRow, 'direction'>,
  language: string,
): string {
  return size === null || direction === 'to-chatra' ? name : `${name} (${sizeText(size, language)})`
}

function sizeText(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3))
  return new Intl.NumberFormat(language === 'en' ? 'en-GB' : language, {
    style: 'unit',
    unit: units[step]!,
    unitDisplay: 'short',
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step)
}
