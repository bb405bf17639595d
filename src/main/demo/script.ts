import { plain } from '../../simulators/planfix/index.ts'
import { ANA, JULIA, MIHAI } from './accounts.ts'
import type { Person } from './delivery-counter.ts'
import { breakReply, leakNote, repeatReply } from './fault-injection.ts'
import { redSquare } from './pictures.ts'
import { type DemoSetup, until } from './setup.ts'

/** The clients of the story, for the addresses of their pages. */
export interface Cast {
  anna: Person
}

/** Plays the whole conversation. Each scene waits for its results, so that the output is in order. */
export async function play(stage: DemoSetup): Promise<Cast> {
  const { chatra } = stage.sandbox
  const red = { link: 'https://shop.example/red-shoes', title: 'Red shoes' }
  const anna: Person = {
    names: ['Anna'],
    devices: [chatra.visit({ name: 'Anna', email: 'anna@example.com', page: red })],
  }
  await question(stage, anna)
  await notes(stage, anna)
  await files(stage, anna)
  const guest = await introduction(stage)
  await insideChatra(stage, guest)
  await twoDevices(stage)
  await outage(stage, anna)
  await leaving(stage, anna)
  return { anna }
}

async function question(stage: DemoSetup, anna: Person): Promise<void> {
  await stage.scene('A client asks; Ana answers under her own name, Mihai as the shop')
  await stage.says(anna, 'Hello! Do you have the red shoes in size 38?')
  const { comment } = await stage.replies(anna, ANA, 'Good morning! Yes, two pairs are left.')
  stage.check(
    'Ana speaks in the chat under her own name',
    () => speakerOf(stage, anna, plain(comment.description)) === 'Ana',
  )
  if (stage.sabotage === 'lose-reply') breakReply(stage.sandbox)
  const shop = await stage.replies(anna, MIHAI, 'I have put one pair aside for you.')
  if (stage.sabotage === 'double-reply') await repeatReply(stage.sandbox, anna, shop.sent.text)
  if (stage.sabotage === 'lose-reply') return
  stage.check(
    'Mihai, who is not known in Chatra, speaks as the general user',
    () => speakerOf(stage, anna, shop.sent.text) === 'shop.example',
  )
}

function speakerOf(stage: DemoSetup, person: Person, text: string): string | null {
  const said = person.devices.flatMap((device) => stage.sandbox.chatra.messages(device.clientId))
  return (
    said.find((message) => message.type === 'agent' && message.text.includes(text.trim()))?.agentName ?? null
  )
}

async function notes(stage: DemoSetup, anna: Person): Promise<void> {
  await stage.scene('Internal notes stay inside')
  const { planfix, host } = stage.sandbox
  const task = await stage.task(anna)
  const inner = ['She bargains; five per cent at the most.', 'Hidden from the client: the supplier is late.']
  for (const note of inner) stage.ledger.internal(note)
  planfix.employeeComments(task.id, ANA, `<p>${inner[0]}</p>`, { recipients: [`user:${MIHAI}`] })
  planfix.employeeComments(task.id, MIHAI, `<p>${inner[1]}</p>`, { hidden: true })
  const skipped = () => host.application.store.logPage({ limit: 10_000, state: 'skipped' })
  await until(
    async () => (await skipped()).filter((entry) => inner.includes(entry.text)).length === inner.length,
  )
  if (stage.sabotage === 'leak-note') await leakNote(stage.sandbox, anna, inner[0] ?? '')
  await stage.says(anna, 'Thank you! Which card do you take?')
}

async function files(stage: DemoSetup, anna: Person): Promise<void> {
  await stage.scene('Files in both directions')
  const photo = redSquare(24)
  const sent = stage.ledger.fileToPlanfix(anna, 'this-colour.png', photo)
  anna.devices[0]?.sendsFile({ name: 'this-colour.png', type: 'image/png', content: photo })
  await until(() => stage.ledger.arrived(sent))
  const invoice = Buffer.from('Invoice 1001\nRed shoes, size 38: 690 lei\n')
  const file = stage.sandbox.planfix.addsFile('invoice-1001.txt', invoice, 'text/plain')
  const link = stage.ledger.fileToChatra(anna, 'invoice-1001.txt', invoice)
  await stage.replies(anna, ANA, 'Any card. Here is the invoice.', [file.id])
  await until(() => stage.ledger.arrived(link))
}

async function introduction(stage: DemoSetup): Promise<Person> {
  await stage.scene('A guest without a name introduces himself')
  const device = stage.sandbox.chatra.visit({ os: 'Android 16', browser: 'Firefox 144', ip: '192.0.2.77' })
  const generated = stage.sandbox.chatra.clients.find(({ id }) => id === device.clientId)?.generatedName ?? ''
  const ion: Person = { names: ['Ion Munteanu', generated], devices: [device] }
  await stage.says(ion, 'Do you deliver to Balti?')
  await stage.replies(ion, MIHAI, 'Yes, within two days. May I ask your name?')
  device.introduces({ name: 'Ion Munteanu', phone: '+37360000017' })
  await stage.says(ion, 'I am Ion. Please deliver on Friday.')
  const card = () => stage.sandbox.planfix.contacts.find((one) => one.name === 'Ion Munteanu')
  await until(() => card() !== undefined)
  stage.check(
    'the contact card of the guest got his name and phone',
    () => card()?.phones.some((phone) => phone.number.replace(/\D/g, '') === '37360000017') === true,
  )
  return ion
}

async function insideChatra(stage: DemoSetup, ion: Person): Promise<void> {
  await stage.scene('Julia answers inside Chatra; Planfix shows it as hers')
  const { chatra } = stage.sandbox
  const agent = chatra.agents.find((one) => one.email === 'julia@shop.example')
  const device = ion.devices[0]
  if (!agent || !device) return
  const text = 'Friday is fine, our driver will call you first.'
  const sent = stage.ledger.toPlanfix(ion, text)
  chatra.agentSays(device.clientId, agent.id, text)
  await until(() => stage.ledger.arrived(sent))
  stage.check('what Julia typed in Chatra stands in Planfix under her name', () =>
    stage.ledger
      .tasksOf(ion)
      .flatMap((task) => task.feed)
      .some((comment) => comment.owner === `user:${JULIA}` && plain(comment.description).includes(text)),
  )
}

async function twoDevices(stage: DemoSetup): Promise<void> {
  await stage.scene('One client on a computer and a phone; a comment corrected afterwards')
  const { chatra, planfix } = stage.sandbox
  const who = { name: 'Elena', email: 'elena@example.com' }
  const elena: Person = { names: ['Elena'], devices: [chatra.visit(who)] }
  await stage.says(elena, 'I would like to return a dress.')
  elena.devices.push(chatra.visit({ ...who, os: 'iOS 26', browser: 'Safari 26', ip: '192.0.2.30' }))
  await stage.says(elena, 'It is me again, from my phone. Until when are you open?', 1)
  const { sent, comment } = await stage.replies(elena, JULIA, 'We are open until 17:00.')
  stage.check(
    'both devices are one contact and one task, and the phone got the answer',
    () => stage.ledger.tasksOf(elena).length === 1 && elena.devices[1]?.sees().length === 1,
  )
  const before = sent.text
  sent.text = 'We are open until 18:00.'
  planfix.editsComment(comment.id, `<p>${sent.text}</p>`)
  await until(() => stage.ledger.arrived(sent))
  stage.check('the correction changed the message in the chat', () =>
    elena.devices.every((device) => !device.sees().some((shown) => shown.includes(before))),
  )
}

async function outage(stage: DemoSetup, anna: Person): Promise<void> {
  await stage.scene('Planfix fails for a while: the answer to a write is lost, then it refuses everything')
  const { chatra, planfix } = stage.sandbox
  const victor: Person = { names: ['Victor'], devices: [chatra.visit({ name: 'Victor' })] }
  await stage.says(victor, 'Hi, where is my order 1007?')
  const { id } = await stage.task(victor)
  const { faults } = planfix.server
  // The comment is written, but the bridge gets a 504; then its search is refused too.
  const path = `^/rest/task/${id}/comments/`
  faults.add({ kind: 'status', status: 504, afterWrite: true, method: 'POST', path: `${path}$`, times: 1 })
  faults.add({ kind: 'status', status: 503, path, times: 2 })
  const healed = stage.says(victor, 'Are you still there?')
  await stage.says(anna, 'I will pay by card then.')
  await healed
  await until(() => stage.calm(), 9_000)
  await stage.replies(victor, ANA, 'Sorry for the delay! It is on its way.')
}

async function leaving(stage: DemoSetup, anna: Person): Promise<void> {
  await stage.scene('A client leaves, gets a late answer by e-mail, and comes back')
  const { planfix } = stage.sandbox
  const first = await stage.task(anna)
  anna.devices[0]?.leaves()
  stage.check(
    'the task was completed when the client left',
    () => planfix.statusOf(first.id)?.key === 'completed',
  )
  await until(() => planfix.statusOf(first.id)?.key === 'completed')
  await stage.replies(anna, ANA, 'Your shoes have just been packed.')
  stage.check('Chatra e-mailed the answer that came after she left', () =>
    (anna.devices[0]?.mailed() ?? []).some((text) => text.includes('just been packed')),
  )
  anna.devices[0]?.comesBack('https://shop.example/orders')
  await stage.says(anna, 'I am back. Can I change the address?')
  await stage.replies(anna, MIHAI, 'Of course, just tell me the new one.')
  stage.check('she has a new task with a link to the one before', () => {
    const next = stage.ledger.tasksOf(anna).at(-1)
    const link = `${planfix.webUrl}/task/${first.id}`
    return next !== undefined && next.id !== first.id && (next.feed[0]?.description ?? '').includes(link)
  })
}
