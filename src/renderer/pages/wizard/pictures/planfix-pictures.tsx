import { useI18n } from '../../../i18n.tsx'
import { Box, Click, Heading, Push, Screen, Tick } from './screen.tsx'

/** Where Planfix makes tokens (contracts/planfix.md §1). */
export function PlanfixTokenPicture() {
  const { t } = useI18n()
  return (
    <Screen
      label={t('wizard.planfix.figure')}
      program="Planfix"
      menu={[
        { text: t('wizard.picture.account'), click: 1 },
        { text: t('wizard.picture.api-access'), inside: true, click: 2 },
      ]}
      lines={5}
    >
      <Heading row={0}>REST API</Heading>
      <Click number={3} x={64} y={10} />
      <Box row={1} name={t('wizard.planfix.token')} value="••••••••••••••••••" />
      <Tick row={2} x={0}>
        task_readonly
      </Tick>
      <Tick row={2} x={116}>
        task_add
      </Tick>
      <Tick row={3} x={0}>
        contact_add
      </Tick>
      <Tick row={3} x={116}>
        comment_add
      </Tick>
      <text x="0" y="102" fill="currentColor">
        …
      </text>
      <Click number={4} x={238} y={64} />
    </Screen>
  )
}

/** Where Planfix makes robots. */
export function PlanfixRobotPicture() {
  const { t } = useI18n()
  return (
    <Screen
      label={t('wizard.planfix.figure-robot')}
      program="Planfix"
      menu={[
        { text: t('wizard.picture.employees'), click: 1 },
        { text: t('wizard.picture.robots'), inside: true, click: 2 },
      ]}
      lines={3}
    >
      <Heading row={0}>{t('wizard.picture.robots')}</Heading>
      <Push row={1} click={3}>
        {t('wizard.picture.new-robot')}
      </Push>
    </Screen>
  )
}
