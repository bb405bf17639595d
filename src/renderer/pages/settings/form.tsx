import { NumberInput, type NumberInputProps, Switch, TextInput, type TextInputProps } from '@mantine/core'
import { createContext, useContext, useState } from 'react'
import { type Typed, valueAt } from './paths.ts'

/** The form of one connection, for its parts. */
export interface Form {
  id: string
  typed: Typed
  /** The last saved values. */
  saved: Typed
  /** Settings cannot be written from here. */
  disabled: boolean
  set(path: string, value: unknown): void
  /** From now on a problem of this field is shown while typing. */
  left(path: string): void
  /** The text of a field's problem. */
  problem(path: string): string | null
}

const FormContext = createContext<Form | null>(null)
export const FormProvider = FormContext

export function useForm(): Form {
  const form = useContext(FormContext)
  if (form === null) throw new Error('a field outside the form of a connection')
  return form
}

/** A line of text at `path`. */
export function TextField({ path, ...rest }: { path: string } & TextInputProps) {
  const form = useForm()
  return (
    <TextInput
      {...rest}
      {...fieldOf(form, path)}
      value={textAt(form, path)}
      onChange={(event) => form.set(path, event.currentTarget.value)}
    />
  )
}

/** A number at `path`. The typed text stays (`1.`) as long as its value is the same. */
export function NumberField({ path, ...rest }: { path: string } & NumberInputProps) {
  const form = useForm()
  const value = numberAt(form, path)
  const [raw, setRaw] = useState<string | number>(value)
  const shown = Object.is(numberOf(raw), value) ? raw : value
  return (
    <NumberInput
      {...rest}
      {...fieldOf(form, path)}
      value={Number.isNaN(shown) ? '' : shown}
      onChange={(typed) => {
        setRaw(typed)
        form.set(path, numberOf(typed))
      }}
    />
  )
}

/** A yes/no choice with one line of explanation. */
export function OptionSwitch({
  path,
  label,
  description,
}: {
  path: string
  label: string
  description: string
}) {
  const form = useForm()
  return (
    <Switch
      label={label}
      description={description}
      disabled={form.disabled}
      checked={flagAt(form, path)}
      onChange={(event) => form.set(path, event.currentTarget.checked)}
      data-field={path}
    />
  )
}

/** The common part of all inputs of the form. */
export const fieldOf = (form: Form, path: string) => ({
  'data-field': path,
  disabled: form.disabled,
  error: form.problem(path),
  onBlur: () => form.left(path),
})

const textAt = (form: Form, path: string) => String(at(form, path) ?? '')
const numberAt = (form: Form, path: string) => Number(at(form, path))
const flagAt = (form: Form, path: string) => at(form, path) === true
const numberOf = (raw: string | number): number => (raw === '' ? Number.NaN : Number(raw))

const at = ({ typed }: Form, path: string) => valueAt(typed, path)

/** Scrolls an input into view and focuses it. */
export function focusField(path: string): void {
  const input = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`)
  input?.focus()
  input?.scrollIntoView({ block: 'center' })
}
