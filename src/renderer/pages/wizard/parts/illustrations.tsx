import { Text } from '@mantine/core'
import { IconArrowsLeftRight, IconListCheck, IconMessageCircle } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import classes from './illustrations.module.css'

/** A drawing of the path to Chatra's keys: three stops, then the two lines to copy. */
export function KeysFigure() {
  const { t } = useI18n()
  return (
    <figure className={classes.figure} aria-label={t('wizard.chatra.figure')}>
      <Path stops={['Chatra', 'Settings', 'Preferences', 'API keys']} />
      <div className={classes.window} aria-hidden>
        <Line label={t('wizard.chatra.public-key')} value="kT3mQx8sLw2vRb" />
        <Line label={t('wizard.chatra.secret-key')} value="••••••••••••••••••" />
      </div>
    </figure>
  )
}

/** The path to the place for webhook addresses in Chatra. */
export function WebhooksFigure() {
  const { t } = useI18n()
  return (
    <figure className={classes.figure} aria-label={t('wizard.webhooks.figure')}>
      <Path stops={['Chatra', 'Settings', 'Integrations', 'Webhooks']} />
    </figure>
  )
}

/** The path to Planfix's tokens. */
export function TokenFigure() {
  const { t } = useI18n()
  return (
    <figure className={classes.figure} aria-label={t('wizard.planfix.figure')}>
      <Path stops={['Planfix', t('wizard.figure.account'), t('wizard.figure.api-access'), 'REST API']} />
    </figure>
  )
}

/** The bridge in one picture; the text beside it says the same. */
export function BridgeFigure() {
  const { t } = useI18n()
  return (
    <div className={classes.bridge} aria-hidden>
      <div className={classes.end}>
        <IconMessageCircle size={28} stroke={1.4} />
        <span>{t('wizard.welcome.chat')}</span>
      </div>
      <IconArrowsLeftRight size={22} stroke={1.6} className={classes.way} />
      <div className={classes.end} data-middle>
        <span>{t('app.name')}</span>
      </div>
      <IconArrowsLeftRight size={22} stroke={1.6} className={classes.way} />
      <div className={classes.end}>
        <IconListCheck size={28} stroke={1.4} />
        <span>{t('wizard.welcome.task')}</span>
      </div>
    </div>
  )
}

function Path({ stops }: { stops: string[] }) {
  return (
    <ol className={classes.path}>
      {stops.map((stop) => (
        <li key={stop}>
          <Text component="span" size="sm">
            {stop}
          </Text>
        </li>
      ))}
    </ol>
  )
}

const Line = ({ label, value }: { label: string; value: string }) => (
  <div className={classes.line}>
    <span>{label}</span>
    <code>{value}</code>
    <span className={classes.copy} />
  </div>
)
