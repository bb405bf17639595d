import { NumberInput, type NumberInputProps, Switch, TextInput, type TextInputProps } from '@mantine/core'
import { createContext, useContext, useState } from 'react'
import { type Typed, valueAt } from './paths.ts'

/** The form of one connection, for the parts it is made of. */
export interface Form {
  id: string
  typed: Typed
  /** As it was saved last. */
  saved: Typed
  /** Settings cannot be written from here. */
  disabled: boolean
  set(path: string, value: unknown): void
  /** From now on a wrong value in this field is told while typing. */
  left(path: string): void
  /** What is wrong with a field, in words. */
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

/** A number at `path`. What is typed stays as it is typed (`1.`) while it means the same. */
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

/** A choice of yes and no with one line that says what it means. */
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

/** What every input of the form has in common. */
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

/** Brings an input into sight and the cursor into it. */
export function focusField(path: string): void {
  const input = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`)
  input?.focus()
  input?.scrollIntoView({ block: 'center' })
}
