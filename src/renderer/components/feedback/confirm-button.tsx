import { Button, type ButtonProps } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'

const load = () => import('./confirm-dialog.tsx')
const Dialog = lazy(async () => ({ default: (await load()).ConfirmDialog }))
/** When the dialog is fetched that nobody has asked for yet: after the page, before the bridge may be out of reach. */
const FETCH_AFTER_MS = 1500

/** A button for an irreversible action: it explains the action and asks once. */
export function ConfirmButton(
  props: ButtonProps & {
    /** The action, as a question or a heading. */
    title: string
    /** Its effect on messages and people. */
    consequence: ReactNode
    /** The verb on the confirm button. */
    confirm: string
    onConfirm(): unknown
  },
) {
  const { title, consequence, confirm, onConfirm, ...button } = props
  const [open, setOpen] = useState(false)
  const [wasAsked, setWasAsked] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => load().catch(() => undefined), FETCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  const ask = () => {
    setWasAsked(true)
    setOpen(true)
  }
  return (
    <>
      <Button variant="default" {...button} onClick={ask} />
      {wasAsked && (
        <Suspense>
          <Dialog
            opened={open}
            onClose={() => setOpen(false)}
            {...{ title, consequence, confirm, onConfirm }}
          />
        </Suspense>
      )}
    </>
  )
}
