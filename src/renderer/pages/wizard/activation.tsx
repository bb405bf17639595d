import { Button, Group, Skeleton, Stack } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CallError } from '../../../shared/api.ts'
import { useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useStep } from '../../components/use-step.ts'
import { useI18n } from '../../i18n.tsx'
import { useWizard } from './context.ts'
import { stepOf } from './flow.ts'
import { StepForm } from './step-form.tsx'

/** Enables the connection with all choices, before the steps that need its message delivery. */
export function Activation({ onDone }: { onDone(): void }) {
  const { t } = useI18n()
  const bridge = useClient()
  const { draft, step, settle, learn, go } = useWizard()
  const [error, setError] = useState<CallError | null>(null)
  const control = useStep({}, async () => 'stay')
  const done = useRef(onDone)
  done.current = onDone

  const activate = useCallback(async () => {
    setError(null)
    const unkept = await settle()
    if (unkept) return setError(unkept)
    const answer = await bridge.call('setup.activate', { id: draft.id })
    if (!answer.ok) return setError(answer.error)
    learn(answer.value)
    done.current()
  }, [bridge, draft.id, settle, learn])
  useEffect(() => void activate(), [activate])

  const cause = stepOf(error?.field ?? null)
  return (
    <StepForm
      control={control}
      title={t(`wizard.step.${step}`)}
      blocked={error === null ? t('wizard.activating') : t('wizard.activation-failed')}
    >
      {error === null ? (
        <Stack gap="sm" aria-hidden>
          <Skeleton height={20} width="70%" />
          <Skeleton height={220} />
        </Stack>
      ) : (
        <>
          <ErrorAlert error={error} retry={() => void activate()} />
          {cause !== null && (
            <Group>
              <Button variant="default" onClick={() => go(cause)}>
                {t('wizard.to-step', { step: t(`wizard.step.${cause}`) })}
              </Button>
            </Group>
          )}
        </>
      )}
    </StepForm>
  )
}
