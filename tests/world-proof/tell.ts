import type { Finding } from './judge.ts'
import {
  type Action,
  agentText,
  clientText,
  type Device,
  foreignText,
  noteText,
  replyText,
  type Story,
} from './story.ts'

/** A story in words, one line for each event. */
export function tell(story: Story): string[] {
  const used = new Set(story.actions.flatMap((action) => ('device' in action ? [action.device] : [])))
  const { requestsPerSecond, pollSeconds, leaveAfterMinutes, taskTemplate, hints, database } = story.settings
  const settings = [
    `${requestsPerSecond} requests a second`,
    `a poll every ${pollSeconds} s`,
    `left after ${leaveAfterMinutes} min`,
    taskTemplate ? 'a task template' : 'no task template',
    ...(hints ? ['hints'] : []),
    ...(database ? [`data in PostgreSQL, which ${database} webhooks while it is away`] : []),
  ]
  const switches = Object.entries({ ...story.chatra, ...story.planfix }).map(
    ([name, at]) => `${name} = ${at}`,
  )
  return [
    `Story of seed ${story.seed} ("${story.theme}"): ${story.shops === 1 ? 'one connection' : 'two connections on one account'}, ${settings.join(', ')}`,
    ...(switches.length > 0 ? [`  switches: ${switches.join(', ')}`] : []),
    ...story.devices.flatMap((device, index) =>
      used.has(index) ? [`  device ${index}: ${who(device)}`] : [],
    ),
    ...story.actions.map((action) => `  ${(action.at / 1000).toFixed(1).padStart(6)} s  ${what(action)}`),
    '          then everything is healed, each visitor says goodbye and leaves',
  ]
}

/** The findings of a story, and how to reproduce them. */
export function report(story: Story, findings: readonly Finding[]): string {
  const { chat, database } = story.settings
  return [
    ...tell(story),
    ...findings.slice(0, 6).map(({ invariant, detail }) => `  BROKEN: ${invariant}\n          ${detail}`),
    `  again: npm run proof -- --only ${story.seed}${chat ? ' --chat' : ''}${database ? ' --postgres' : ''} --shrink --invariant "${findings[0]?.invariant ?? ''}"`,
  ].join('\n')
}

function who({ person, shop, name, email, vouched }: Device): string {
  const known = [
    name ?? 'nameless',
    ...(email ? [`typed ${email}`] : []),
    ...(vouched ? [`known to the site as ${vouched.email}`] : []),
  ]
  return `person ${person} on site ${shop}, ${known.join(', ')}`
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

function what(action: Action): string {
  switch (action.do) {
    case 'say':
      return `device ${action.device} says "${clientText(action.n)}"`
    case 'word':
      return `device ${action.device} says "${action.word}"`
    case 'introduce':
      return `device ${action.device} gives the name ${action.name} and ${action.email}`
    case 'leave':
      return `device ${action.device} leaves the site`
    case 'return':
      return `device ${action.device} comes back`
    case 'agent':
      return `an agent writes to device ${action.device} in Chatra: "${agentText(action.n)}"`
    case 'comment':
      return `employee ${action.user} answers device ${action.device}: "${replyText(action.n, null)}"`
    case 'answer-word':
      return `employee ${action.user} answers device ${action.device}: "${action.word}"`
    case 'note':
      return `employee ${action.user} writes in the task of device ${action.device}, ${action.how}: "${noteText(action.n)}"`
    case 'edit':
      return `the comment no. ${action.n} becomes "${replyText(action.n, action.version)}"`
    case 'untick':
    case 'hide': {
      const how = action.do === 'hide' ? 'is hidden' : 'does not notify the client any more'
      const words = action.rewrite === null ? '' : ` and says "${noteText(action.rewrite)}"`
      return `the comment no. ${action.n} ${how}${words}`
    }
    case 'open':
      return `the comment no. ${action.n} is opened to the client`
    case 'delete':
      return `the comment no. ${action.n} is deleted`
    case 'complete':
    case 'reopen':
      return `the task of device ${action.device} is ${action.do === 'complete' ? 'completed' : 'reopened'}`
    case 'delete-task':
      return `the task of device ${action.device} is deleted${action.forGood ? ' for good' : ''}`
    case 'hand-over':
      return `the task of device ${action.device} is given to the real customer's card`
    case 'merge-cards':
      return `the card of device ${action.device} is merged into that of device ${action.into}`
    case 'foreign-task':
      return `an employee makes the task "Contract ${action.n}" for the card of ${action.email}`
    case 'foreign-comment':
      return `the employee writes in "Contract ${action.of}": "${foreignText(action.n)}"`
    case 'retry':
      return 'the owner sends again what the log says did not arrive'
    case 'outage':
      return `${action.side} is ${action.mode} for ${seconds(action.ms)}`
    case 'blow': {
      const late = action.kind === 'late-commit' ? ` by ${seconds(action.lateMs)}` : ''
      return `the next ${action.times} writes to ${action.side} (${action.target}) end so: ${action.kind}${late}`
    }
    case 'deaf':
      return `webhooks find nobody for ${seconds(action.ms)}`
    case 'line-break':
      return `${action.withReply ? 'when the next reply leaves ' : ''}the line breaks for ${seconds(action.ms)}: at first what is sent still arrives, no answer does`
    case 'webhooks-late':
      return `webhooks come ${seconds(action.byMs)} late for ${seconds(action.ms)}`
    case 'webhooks-twice':
      return `the next ${action.count} webhooks come twice`
    case 'restart':
      return `the bridge is stopped and starts again after ${seconds(action.ms)}`
    case 'crash':
      return `the process ends ${action.phase} a ${action.where}, after ${action.skip} others, for ${seconds(action.ms)}`
    case 'sleep':
      return `the computer sleeps for ${seconds(action.ms)}${action.told ? '' : ', and its system does not say so'}`
    case 'damage':
      return `the process ends and its store is damaged; it starts after ${seconds(action.ms)}`
    case 'database-away':
      return `the database is away for ${seconds(action.ms)}`
    case 'quota':
      return `${action.left} requests are left of the day, which ends in ${seconds(action.ms)}`
  }
}
