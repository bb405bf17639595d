import { Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { EmployeesView } from '../../../../shared/api/employees.ts'
import { useBridge, useCall } from '../../../client/hooks.tsx'
import { Trouble } from '../../../components/error-alert.tsx'
import { useStep } from '../../../components/use-step.ts'
import { EmployeesTable } from '../../../features/employees/employees-table.tsx'
import { useWords } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { StepForm } from '../step-form.tsx'

/** F2 and F9's mapping. */
export function EmployeesStep() {
  const { t } = useWords()
  const { draft, selection, select, settle } = useWizard()
  const people = useCall('employees.get', { id: draft.id, refresh: false })
  const bridge = useBridge()
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
      {people.error && <Trouble error={people.error} retry={people.reload} />}
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
