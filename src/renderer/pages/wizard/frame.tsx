import { Button, Text, Title, VisuallyHidden } from '@mantine/core'
import { type ComponentType, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { type Draft, STEPS, type Step } from '../../../shared/api/setup.ts'
import { IconCheck } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { Activation } from './activation.tsx'
import { type TypedSecrets, type Wizard, WizardContext } from './context.ts'
import { entryStep, later, needsActive, nextStep, places, previousStep, type StepPlace } from './flow.ts'
import { AddressStep } from './steps/address.tsx'
import { ChatraStep } from './steps/chatra.tsx'
import { DoneStep } from './steps/done.tsx'
import { PlanfixStep } from './steps/planfix.tsx'
import { TemplatesStep } from './steps/templates.tsx'
import { TrialStep } from './steps/trial.tsx'
import { useDraft } from './use-draft.ts'
import { useRights } from './use-rights.ts'
import classes from './wizard.module.css'

const CONTENT: Record<Step, ComponentType> = {
  chatra: ChatraStep,
  planfix: PlanfixStep,
  templates: TemplatesStep,
  address: AddressStep,
  test: TrialStep,
  done: DoneStep,
}

const NOTHING_TYPED: TypedSecrets = { keys: '', publicKey: '', secretKey: '', token: '' }

/** The wizard of a draft: the current position, the step itself, and the exit. */
export function Frame({ first }: { first: Draft }) {
  const { t } = useI18n()
  const [, navigate] = useLocation()
  const work = useDraft(first)
  const rights = useRights(first.id)
  const [step, setStep] = useState<Step>(() => entryStep(first.step, first))
  const furthest = useRef<Step>(later(step, first.step))
  const [typed, setTyped] = useState<TypedSecrets>(NOTHING_TYPED)
  const [leaving, setLeaving] = useState(false)
  /** The connection uses this revision of the choices. */
  const [activeRevision, setActiveRevision] = useState<number | null>(null)
  const isNew = STEPS.indexOf(step) >= STEPS.indexOf(furthest.current)

  const go = (to: Step) => {
    const target = entryStep(to, work.newest())
    furthest.current = later(furthest.current, target)
    setStep(target)
    work.keepStep(target)
  }
  const leave = async () => {
    setLeaving(true)
    const problem = await work.settle()
    setLeaving(false)
    if (problem === null) navigate('/')
  }
  const previous = previousStep(step)
  const wizard: Wizard = {
    ...work,
    step,
    isNew,
    go,
    next: () => go(nextStep(step)),
    back: previous === null ? null : () => go(previous),
    typed,
    rights,
    type: (change) => setTyped((before) => ({ ...before, ...change })),
  }

  const name = work.settings.name.trim()
  const title = name === '' ? t('wizard.title.unnamed') : t('wizard.title', { name })
  useEffect(() => {
    document.title = `${t(`wizard.step.${step}`)} – ${title}`
  }, [t, step, title])
  const Content = CONTENT[step]
  return (
    <WizardContext value={wizard}>
      <div className={classes.wizard}>
        <header className={classes.top}>
          <Title order={1} size="h2" className={classes.title} title={name}>
            {title}
          </Title>
          <Button variant="default" loading={leaving} onClick={() => void leave()} ml="auto" flex="none">
            {t('wizard.leave')}
          </Button>
        </header>
        <StepList places={places(step, furthest.current, work.draft)} go={go} />
        {needsActive(step) && activeRevision !== work.revision ? (
          <Activation key={step} onDone={() => setActiveRevision(work.revision)} />
        ) : (
          <Content key={step} />
        )}
      </div>
    </WizardContext>
  )
}

/** All steps beside the form; in a narrow window only which one this is. */
function StepList({ places, go }: { places: StepPlace[]; go(step: Step): void }) {
  const { t } = useI18n()
  const here = places.findIndex((place) => place.state === 'current')
  return (
    <>
      <div className={classes.stepOf}>
        <Text size="sm" fw={600}>
          {t('wizard.step-of', { number: here + 1, total: places.length })}
        </Text>
        <div className={classes.stepBar} aria-hidden>
          {places.map(({ step }, index) => (
            <span key={step} data-passed={index <= here} />
          ))}
        </div>
      </div>
      <nav className={classes.steps} aria-label={t('wizard.steps')}>
        <ol>
          {places.map(({ step, state, reachable }, index) => (
            <li key={step}>
              <button
                type="button"
                className={classes.place}
                data-state={state}
                disabled={!reachable}
                aria-current={state === 'current' ? 'step' : undefined}
                onClick={() => go(step)}
              >
                <span className={classes.mark} aria-hidden>
                  {state === 'done' ? <IconCheck size={12} stroke={3} /> : index + 1}
                </span>
                <Text component="span" size="sm" inherit>
                  {t(`wizard.step.${step}`)}
                </Text>
                {state === 'done' && <VisuallyHidden>{t('wizard.step-done')}</VisuallyHidden>}
              </button>
            </li>
          ))}
        </ol>
      </nav>
    </>
  )
}
