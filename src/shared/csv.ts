/** A value of a table for spreadsheets. */
export type CsvValue = string | number | null

/** By this mark spreadsheets recognise UTF-8; at the beginning of a file. */
export const CSV_BEGINNING = '\uFEFF'

/**
 * A line of a table, with its line end (RFC 4180). A text that a spreadsheet would read as a formula is preceded by an
 * apostrophe: a client may have typed it.
 */
export const csvLine = (values: readonly CsvValue[]): string => `${values.map(cell).join(',')}\r\n`

function cell(value: CsvValue): string {
  const text = value === null ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
