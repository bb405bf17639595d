/**
 * A switch: a fact that no public source settles, with every position that the bridge must handle (contracts,
 * "Switches").
 */
export type SwitchTable = Record<string, readonly [string, ...string[]]>
export type Positions<T extends SwitchTable> = { [K in keyof T]: T[K][number] }

/** The default of each switch is the first position of its row. */
export function defaultPositions<T extends SwitchTable>(table: T): Positions<T> {
  return Object.fromEntries(Object.entries(table).map(([name, row]) => [name, row[0]])) as Positions<T>
}

/** Sets positions by name and refuses unknown names and positions. */
export function setPositions<T extends SwitchTable>(
  table: T,
  current: Positions<T>,
  wanted: Partial<Positions<T>>,
): void {
  for (const [name, position] of Object.entries(wanted)) {
    const row = table[name]
    if (!row) throw new Error(`no switch ${name}`)
    if (!row.includes(position as string))
      throw new Error(`switch ${name} has no position ${String(position)}`)
    Object.assign(current, { [name]: position })
  }
}
