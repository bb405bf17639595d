import { useCallback, useEffect, useRef, useState } from 'react'
import type { EmployeeChoice } from '../../../shared/api/employees.ts'
import type { ConnectionSettings } from '../../../shared/api/settings.ts'
import type { Draft, Step } from '../../../shared/api/setup.ts'
import type { CallError } from '../../../shared/api.ts'
import { useClient, useLine } from '../../client/hooks.tsx'

interface Selection {
  mode: 'everybody' | 'selected'
  choices: EmployeeChoice[]
}

/** A draft being edited: typed values are shown at once and saved a moment later. */
export interface Work {
  /** As the application has it. */
  draft: Draft
  /** As typed. */
  settings: ConnectionSettings
  selection: Selection
  edit(change: (settings: ConnectionSettings) => ConnectionSettings): void
  select(selection: Selection): void
  keepStep(step: Step): void
  /** Saves unsaved values now; null when all are saved. */
  settle(): Promise<CallError | null>
  /** The answer of a check, which may have normalised typed values. */
  adopt(draft: Draft): void
  /** The answer of another call: the typed values stay. */
  learn(draft: Draft): void
  /** The newest saved and typed values, also between two renders. */
  newest(): Draft
  /** Incremented with each change of the future connection. */
  revision: number
  /** Why the last typed value could not be saved. */
  unsaved: CallError | null
}

interface Unkept {
  step?: Step
  settings?: ConnectionSettings
  mode?: Selection['mode']
  employees?: EmployeeChoice[]
}

const KEEP_AFTER_MS = 300

export function useDraft(first: Draft): Work {
  const bridge = useClient()
  const line = useLine()
  const [draft, setDraft] = useState(first)
  const [settings, setSettings] = useState(first.settings)
  const [selection, setSelection] = useState<Selection>({ mode: first.mode, choices: first.employees })
  const [revision, setRevision] = useState(0)
  const [unsaved, setUnsaved] = useState<CallError | null>(null)
  const unkept = useRef<Unkept>({})
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const queue = useRef<Promise<CallError | null>>(Promise.resolve(null))
  const known = useRef(first)
  const learn = useCallback((draft: Draft) => {
    known.current = draft
    setDraft(draft)
  }, [])

  const settle = useCallback((): Promise<CallError | null> => {
    clearTimeout(timer.current)
    // One after the other: an older text must not overtake a newer one.
    queue.current = queue.current.then(async () => {
      const change = unkept.current
      if (Object.keys(change).length === 0) return null
      unkept.current = {}
      const answer = await bridge.call('setup.save', { id: first.id, ...change })
      if (answer.ok) learn(answer.value)
      else unkept.current = { ...change, ...unkept.current }
      setUnsaved(answer.ok ? null : answer.error)
      return answer.ok ? null : answer.error
    })
    return queue.current
  }, [bridge, first.id, learn])

  const keep = useCallback(
    (change: Unkept) => {
      unkept.current = { ...unkept.current, ...change }
      if (change.step === undefined) setRevision((before) => before + 1)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void settle(), KEEP_AFTER_MS)
    },
    [settle],
  )

  const written = useRef(settings)
  const edit = useCallback(
    (change: (settings: ConnectionSettings) => ConnectionSettings) => {
      written.current = change(written.current)
      setSettings(written.current)
      keep({ settings: written.current })
    },
    [keep],
  )
  const adopt = useCallback(
    (checked: Draft) => {
      written.current = checked.settings
      learn(checked)
      setSettings(checked.settings)
      setSelection({ mode: checked.mode, choices: checked.employees })
      setRevision((before) => before + 1)
    },
    [learn],
  )
  const newest = useCallback(() => ({ ...known.current, settings: written.current }), [])
  const select = useCallback(
    (value: Selection) => {
      setSelection(value)
      keep({ mode: value.mode, employees: value.choices })
    },
    [keep],
  )
  const keepStep = useCallback(
    (step: Step) => {
      keep({ step })
      void settle()
    },
    [keep, settle],
  )

  useEffect(() => {
    if (line === 'online') void settle()
  }, [line, settle])
  useEffect(() => {
    const now = () => void settle()
    window.addEventListener('pagehide', now)
    document.addEventListener('visibilitychange', now)
    return () => {
      window.removeEventListener('pagehide', now)
      document.removeEventListener('visibilitychange', now)
      now()
    }
  }, [settle])

  return {
    draft,
    settings,
    selection,
    edit,
    select,
    keepStep,
    settle,
    adopt,
    learn,
    newest,
    revision,
    unsaved,
  }
}
