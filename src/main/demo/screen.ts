import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** The demo's output: colours only on a terminal, and never when NO_COLOR is set. */
export interface Screen {
  line(text?: string): void
  paint(style: Style, text: string): string
}

export function createScreen(out: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Screen {
  const colours = out.isTTY === true && !environment.NO_COLOR
  return {
    line: (text = '') => void out.write(`${text}\n`),
    paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
  }
}

/** Exactly `width` characters: padded, or cut with an ellipsis. */
export function inColumn(text: string, width: number): string {
  const characters = [...text]
  return characters.length > width
    ? `${characters.slice(0, width - 1).join('')}…`
    : text + ' '.repeat(width - characters.length)
}

/** Columns aligned: the first to the left, the others to the right. */
export function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join(''),
  )
}
