import { Skeleton } from '@mantine/core'
import { useCall } from '../../../bridge/hooks.tsx'
import { Trouble } from '../../../parts/trouble.tsx'
import { useWords } from '../../../words.tsx'
import { EmployeesTable } from '../../employees/employees-table.tsx'
import { useWizard } from '../context.ts'
import { StepForm } from '../step-form.tsx'
import { useStep } from '../use-step.ts'

/** F2 and F9's mapping. */
export function EmployeesStep() {
  const { t } = useWords()
  const { draft, selection, select, settle } = useWizard()
  const people = useCall('employees.get', { id: draft.id, refresh: false })
  const control = useStep({}, async () => (await settle()) ?? 'next')
  return (
    <StepForm control={control} title={t('wizard.employees.title')} intro={t('wizard.employees.intro')}>
      {people.error && <Trouble error={people.error} retry={people.reload} />}
      {people.value === undefined && people.error === null && <Skeleton height={260} />}
      {people.value !== undefined && (
        <EmployeesTable
          view={people.value}
          value={selection}
          onChange={select}
          onRefresh={people.reload}
          refreshing={people.refreshing}
        />
      )}
    </StepForm>
  )
}
