import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useI18n } from '../../i18n.tsx'

/**
 * Asks once before leaving a page with unsaved changes. `save` returns whether it was saved; if not (an
 * invalid value), the page stays.
 */
export function LeaveGuard({ dirty, save }: { dirty: boolean; save(): Promise<boolean> }) {
  const { t } = useI18n()
  const [, navigate] = useLocation()
  const [wanted, setWanted] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  const free = useRef(false)

  useEffect(() => {
    if (!dirty) return
    const here = window.location.href
    const onLeave = (event: Event) => {
      const there = window.location.hash.replace(/^#/, '') || '/'
      if (free.current || window.location.href === here) return
      // Before the router handles it: back to the current page, until the owner has decided.
      event.stopImmediatePropagation()
      stay(here, event.isTrusted)
      setWanted(there)
    }
    const onClose = (event: BeforeUnloadEvent) => event.preventDefault()
    // Back and forward of the browser are received as popstate before the router gets them.
    window.addEventListener('popstate', onLeave, { capture: true })
    window.addEventListener('hashchange', onLeave, { capture: true })
    window.addEventListener('beforeunload', onClose)
    return () => {
      window.removeEventListener('popstate', onLeave, { capture: true })
      window.removeEventListener('hashchange', onLeave, { capture: true })
      window.removeEventListener('beforeunload', onClose)
    }
  }, [dirty])

  const leave = () => {
    if (wanted === null) return
    free.current = true
    navigate(wanted)
  }
  const saveAndLeave = async () => {
    setSaving(true)
    const saved = await save()
    setSaving(false)
    if (saved) leave()
    else setWanted(null)
  }
  return (
    <Modal
      opened={wanted !== null}
      onClose={() => setWanted(null)}
      title={t('form.leave.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Text>{t('form.leave.text')}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => setWanted(null)} data-autofocus>
            {t('form.leave.stay')}
          </Button>
          <Button variant="default" onClick={leave}>
            {t('form.discard')}
          </Button>
          <Button loading={saving} onClick={() => void saveAndLeave()}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/**
 * Restores the history. The browser's own event refers to an existing entry (back, forward); the router's
 * refers to one that it has just added, which is removed again.
 */
function stay(here: string, isBrowsers: boolean): void {
  if (isBrowsers) {
    window.history.pushState(null, '', here)
  } else {
    window.history.replaceState(null, '', here)
    window.history.back()
  }
}
