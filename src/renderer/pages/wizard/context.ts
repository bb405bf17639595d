import { createContext, useContext } from 'react'
import type { Step } from '../../../shared/api/setup.ts'
import type { Work } from './use-draft.ts'

/**
 * Secrets as typed and not yet accepted: they exist while the window shows the wizard, and are never stored.
 */
export interface TypedSecrets {
  secretKey: string
  token: string
}

export interface Wizard extends Work {
  step: Step
  /** This step is shown for the first time. */
  isNew: boolean
  go(step: Step): void
  next(): void
  back: (() => void) | null
  typed: TypedSecrets
  type(change: Partial<TypedSecrets>): void
}

export const WizardContext = createContext<Wizard | null>(null)

export function useWizard(): Wizard {
  const wizard = useContext(WizardContext)
  if (wizard === null) throw new Error('useWizard outside the wizard')
  return wizard
}
