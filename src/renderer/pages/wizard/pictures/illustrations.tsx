import { IconArrowsLeftRight, IconListCheck, IconMessageCircle } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import classes from './illustrations.module.css'

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
