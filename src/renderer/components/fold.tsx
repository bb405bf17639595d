import { Box, Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ReactNode, useEffect, useId } from 'react'
import { IconChevronDown, IconChevronRight } from './icons.ts'

/** What not everybody needs, behind a button. Nothing of it is in the page while it is closed. */
export function Fold(props: {
  label: string
  /** Something in it needs the owner: it opens. */
  open?: boolean
  children: ReactNode
}) {
  const { label, open = false, children } = props
  const [shown, { toggle, open: show }] = useDisclosure(open)
  useEffect(() => {
    if (open) show()
  }, [open, show])
  const id = useId()
  const Icon = shown ? IconChevronDown : IconChevronRight
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        px={4}
        h="auto"
        py={2}
        styles={{
          label: { whiteSpace: 'normal', textAlign: 'start', overflow: 'visible' },
          inner: { justifyContent: 'start' },
        }}
        onClick={toggle}
        aria-expanded={shown}
        {...(shown && { 'aria-controls': id })}
        leftSection={<Icon size={16} aria-hidden />}
      >
        {label}
      </Button>
      {shown && (
        <Box id={id} pt="xs" ps="md">
          {children}
        </Box>
      )}
    </div>
  )
}
