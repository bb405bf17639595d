import { Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { EmployeesView } from '../../../../shared/api/employees.ts'
import { useCall, useClient } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/error-alert.tsx'
import { useStep } from '../../../components/use-step.ts'
import { EmployeesTable } from '../../../features/employees/employees-table.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { StepForm } from '../step-form.tsx'

/** F2 and the mapping of F9. */
export function EmployeesStep() {
  const { t } = useI18n()
  const { draft, selection, select, settle } = useWizard()
  const people = useCall('employees.get', { id: draft.id, refresh: false })
  const bridge = useClient()
  const [asked, setAsked] = useState<EmployeesView | null>(null)
  const [asking, setAsking] = useState(false)
  const view = asked ?? people.value
  const askAgain = async () => {
    setAsking(true)
    const answer = await bridge.call('employees.get', { id: draft.id, refresh: true })
    setAsking(false)
    if (answer.ok) setAsked(answer.value)
  }
  const control = useStep({}, async () => (await settle()) ?? 'next')
  return (
    <StepForm control={control} title={t('wizard.employees.title')} intro={t('wizard.employees.intro')}>
      {people.error && <ErrorAlert error={people.error} retry={people.reload} />}
      {view === undefined && people.error === null && <Skeleton height={260} />}
      {view !== undefined && (
        <EmployeesTable
          view={view}
          value={selection}
          onChange={select}
          onRefresh={() => void askAgain()}
          refreshing={asking || people.refreshing}
        />
      )}
    </StepForm>
  )
}
