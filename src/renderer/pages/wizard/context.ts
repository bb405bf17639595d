import { createContext, useContext } from 'react'
import type { Step } from '../../../shared/api/setup.ts'
import type { Work } from './use-draft.ts'
import type { Rights } from './use-rights.ts'

/**
 * Secrets as typed and not yet accepted: they exist while the window shows the wizard, and are never stored.
 */
export interface TypedSecrets {
  /** Both keys of Chatra, in any form. */
  keys: string
  /** The same in two fields, when the owner corrects which is which. */
  publicKey: string
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
  /** What the Planfix token may do; read while other steps are shown. */
  rights: Rights
}

export const WizardContext = createContext<Wizard | null>(null)

export function useWizard(): Wizard {
  const wizard = useContext(WizardContext)
  if (wizard === null) throw new Error('useWizard outside the wizard')
  return wizard
}
