/** Happens to a callback on its way; ms of the simulator's clock. */
export type CallbackFault = (
  | { kind: 'delay'; ms: number }
  | { kind: 'drop' }
  | { kind: 'twice' }
  /** Posted only after the next callback of the account. */
  | { kind: 'reorder' }
) & {
  /** How many callbacks it applies to; unlimited when absent. */
  times?: number
  /** From 0 to 1; always when absent. */
  probability?: number
}
/** The active faults, in the order they were added; the first match applies. */
export class CallbackFaults {
  /** Source of randomness, replaceable so that a seed reproduces a run. */
  random: () => number = Math.random
  private faults: CallbackFault[] = []

  add(fault: CallbackFault): void {
    this.faults.push({ ...fault })
  }

  clear(): void {
    this.faults = []
  }

  take(): CallbackFault | undefined {
    for (const fault of this.faults) {
      if (fault.times === 0) continue
      if (fault.probability !== undefined && this.random() >= fault.probability) continue
      if (fault.times !== undefined) fault.times -= 1
      return fault
    }
    return undefined
  }
}
