import { type RefObject, useEffect, useRef, useState } from 'react'
import type { CallError } from '../../shared/api.ts'
import type { TextKey } from '../../shared/i18n/texts.ts'
import { useI18n } from '../i18n.tsx'

/** The result of an attempt to continue. */
export type Verdict = 'next' | 'stay' | CallError

export interface StepControl {
  frame: RefObject<HTMLFormElement | null>
  busy: boolean
  /** Why the last attempt failed, when it concerns no visible input. */
  trouble: CallError | null
  /** Continues if there is no problem; returns whether it did. */
  submit(): Promise<boolean>
  /** Shows the result of a call of the step's own. */
  show(error: CallError | null): void
  /**
   * Props of the input for `name`; its problem is shown after leaving it or after an attempt to continue.
   */
  field(name: string): FieldProps
  /** The value of `name` was changed: its problem is obsolete. */
  edited(name: string): void
}

interface FieldProps {
  'data-field': string
  error: string | undefined
  'aria-invalid': boolean
  readOnly: boolean
  onBlur(): void
}

/**
 * Common behaviour of every step's form: validates its inputs, tries to continue, marks the invalid input and
 * focuses it. `problems` has an entry for each input (a path, as errors name it), in the order of the form.
 */
export function useStep(
  problems: Record<string, TextKey | null>,
  goOn: () => Promise<Verdict> = async () => 'next',
): StepControl {
  const { t, say } = useI18n()
  const frame = useRef<HTMLFormElement | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<CallError | null>(null)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [tried, setTried] = useState(false)
  /** The input to focus; a new object focuses it again. */
  const [wrong, setWrong] = useState<{ field: string } | null>(null)

  useEffect(() => {
    if (wrong === null) return
    frame.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(wrong.field)}"]`)?.focus()
  }, [wrong])

  const show = (shown: CallError | null) => {
    setError(shown)
    if (shown !== null && shown.field !== null) setWrong({ field: shown.field })
  }
  return {
    frame,
    busy,
    trouble: error !== null && !(error.field !== null && error.field in problems) ? error : null,
    show,
    async submit() {
      if (busy) return false
      setTried(true)
      const first = Object.entries(problems).find(([, problem]) => problem !== null)
      if (first) {
        setWrong({ field: first[0] })
        return false
      }
      setBusy(true)
      setError(null)
      const verdict = await goOn()
      setBusy(false)
      if (typeof verdict === 'object') show(verdict)
      return verdict === 'next'
    },
    field(name) {
      const problem = problems[name] ?? null
      const own = problem !== null && (tried || left.has(name)) ? t(problem) : undefined
      const said = own ?? (error?.field === name ? say(error.message) : undefined)
      return {
        'data-field': name,
        error: said,
        'aria-invalid': said !== undefined,
        readOnly: busy,
        onBlur: () => setLeft((before) => (before.has(name) ? before : new Set(before).add(name))),
      }
    },
    edited(name) {
      if (error?.field === name) setError(null)
    },
  }
}
