import { Button, List } from '@mantine/core'
import { IconExternalLink } from '../../../components/icons.ts'

/** A path in Chatra, step by step; the first step has a button that opens the page. */
export function Directions(props: { href: string; open: string; steps: readonly [string, ...string[]] }) {
  const [first, ...others] = props.steps
  return (
    <List type="ordered" spacing={6} size="sm">
      <List.Item>
        {first}{' '}
        <Button
          component="a"
          href={props.href}
          target="_blank"
          rel="noreferrer"
          variant="light"
          size="compact-xs"
          rightSection={<IconExternalLink size={14} aria-hidden />}
        >
          {props.open}
        </Button>
      </List.Item>
      {others.map((step) => (
        <List.Item key={step}>{step}</List.Item>
      ))}
    </List>
  )
}
