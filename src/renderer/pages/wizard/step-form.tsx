import { Button, Stack, Text, Title } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import type { CallError } from '../../../shared/api.ts'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconArrowLeft, IconArrowRight } from '../../components/icons.ts'
import type { StepControl } from '../../components/use-step.ts'
import { useI18n } from '../../i18n.tsx'
import { useWizard } from './context.ts'
import classes from './wizard.module.css'

/** One step: its heading and content, which scroll, and below them Back and Continue, which do not. */
export function StepForm(props: {
  control: StepControl
  title: string
  intro?: ReactNode
  children: ReactNode
  /** Live status of this step; stays visible. */
  watch?: ReactNode
  /** Instead of "Continue". */
  onward?: string
  /** Why it cannot continue now; the button stays in place and says so. */
  blocked?: string | null
  /** Instead of Continue: for the last step. */
  actions?: ReactNode
}) {
  const { control } = props
  const { t, say } = useI18n()
  const wizard = useWizard()
  const unkept = (error: CallError) =>
    error.code === 'offline' ? t('wizard.unsaved') : `${t('wizard.unkept')} ${say(error.message)}`
  const heading = useRef<HTMLHeadingElement>(null)
  const why = useId()
  const scroll = useRef<HTMLDivElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  useEffect(() => {
    if (control.trouble !== null) scroll.current?.scrollTo({ top: 0 })
  }, [control.trouble])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (props.actions === undefined && !props.blocked && (await control.submit())) wizard.next()
  }
  return (
    <form ref={control.frame} className={classes.step} onSubmit={(event) => void submit(event)} noValidate>
      <div className={classes.scroll} ref={scroll}>
        <Stack gap="md" className={classes.content}>
          <div>
            <Title order={2} ref={heading} tabIndex={-1} className={classes.heading}>
              {props.title}
            </Title>
            {props.intro !== undefined && (
              <Text c="dimmed" mt={4}>
                {props.intro}
              </Text>
            )}
          </div>
          {control.trouble !== null && <ErrorAlert error={control.trouble} />}
          {props.children}
        </Stack>
      </div>
      {props.watch !== undefined && <div className={classes.watch}>{props.watch}</div>}
      <div className={classes.foot}>
        {wizard.back && (
          <Button
            variant="default"
            size="sm"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
            onClick={wizard.back}
          >
            {t('action.back')}
          </Button>
        )}
        <Text size="xs" c={wizard.unsaved ? 'red' : 'dimmed'} flex={1} id={why} role="status">
          {props.blocked || (wizard.unsaved ? unkept(wizard.unsaved) : t('wizard.kept'))}
        </Text>
        {props.actions ?? (
          <Button
            type="submit"
            size="sm"
            loading={control.busy}
            aria-disabled={props.blocked ? true : undefined}
            {...(props.blocked && { 'data-disabled': true, 'aria-describedby': why })}
            rightSection={<IconArrowRight size={16} aria-hidden />}
          >
            {props.onward ?? t('action.next')}
          </Button>
        )}
      </div>
    </form>
  )
}

/** A heading inside a step with its content. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section">
      <Title order={3}>{title}</Title>
      {children}
    </Stack>
  )
}
