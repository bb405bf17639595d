import { Button, Group, Modal, Paper, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { STEPS, type Step } from '../../../../shared/api/setup.ts'
import type { AppState } from '../../../../shared/api/state.ts'
import type { CallError } from '../../../../shared/api.ts'
import { useClient } from '../../../client/hooks.tsx'
import { useI18n } from '../../../i18n.tsx'
import classes from '../wizard.module.css'

type DraftLine = AppState['drafts'][number]

/** Unfinished set-ups. */
export function Drafts(props: { state: AppState; onProblem(error: CallError | null): void }) {
  const { t } = useI18n()
  const [, navigate] = useLocation()
  const { drafts, connections } = props.state
  const isStep = (step: string): step is Step => (STEPS as readonly string[]).includes(step)
  return (
    <Stack gap="xs" component="section" aria-label={t('wizard.drafts.title')}>
      <Text fw={600}>{t('wizard.drafts.title')}</Text>
      {drafts.map((draft) => (
        <Paper key={draft.id} px="md" py="xs">
          <Group gap="sm">
            <div className={classes.grow}>
              <Text truncate>{draft.name.trim() || t('wizard.title.unnamed')}</Text>
              <Text size="xs" c="dimmed">
                {draft.redo && `${t('wizard.drafts.redo')} · `}
                {isStep(draft.step) && t('wizard.drafts.left-at', { step: t(`wizard.step.${draft.step}`) })}
              </Text>
            </div>
            <Discard
              draft={draft}
              exists={connections.some((one) => one.id === draft.id)}
              onProblem={props.onProblem}
            />
            <Button onClick={() => navigate(`/setup/${draft.id}`)}>{t('wizard.drafts.go-on')}</Button>
          </Group>
        </Paper>
      ))}
    </Stack>
  )
}

/**
 * Asks before a set-up is discarded. A connection that it has begun works already: it is kept or removed, as the owner says.
 */
function Discard(props: { draft: DraftLine; exists: boolean; onProblem(error: CallError | null): void }) {
  const { draft, exists, onProblem } = props
  const { t } = useI18n()
  const bridge = useClient()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState<'draft' | 'both' | null>(null)
  const begun = exists && !draft.redo
  const discard = async (what: 'draft' | 'both') => {
    setBusy(what)
    const answer = await bridge.call('setup.discard', { id: draft.id, withConnection: what === 'both' })
    setBusy(null)
    setOpen(false)
    onProblem(answer.ok ? null : answer.error)
  }
  const consequence = begun
    ? 'wizard.drafts.discard-begun'
    : exists
      ? 'wizard.drafts.discard-redo'
      : 'wizard.drafts.discard-text'
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('wizard.drafts.discard')}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t('wizard.drafts.discard-title', { name: draft.name.trim() || t('wizard.title.unnamed') })}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          <Text>{t(consequence)}</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
              {t('action.cancel')}
            </Button>
            <Button
              variant={begun ? 'default' : 'filled'}
              {...(!begun && { color: 'red.8' })}
              loading={busy === 'draft'}
              disabled={busy === 'both'}
              onClick={() => void discard('draft')}
            >
              {t(begun ? 'wizard.drafts.discard-keep' : 'wizard.drafts.discard')}
            </Button>
            {begun && (
              <Button
                color="red.8"
                loading={busy === 'both'}
                disabled={busy === 'draft'}
                onClick={() => void discard('both')}
              >
                {t('wizard.drafts.discard-remove')}
              </Button>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
