import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  chatSwitchTable,
  type PlanfixSimulator,
  type PlanfixSwitches,
  type SwitchName,
  startPlanfixSimulator,
  switchTable,
} from '../../src/simulators/planfix/index.ts'
import { checkRequest, checkResponse } from './oracle.ts'

/**
 * Every operation and every switch position; each request and answer is checked against the official OpenAPI file.
 */

type Method = 'GET' | 'POST' | 'DELETE'
interface Answer {
  status: number
  body: Record<string, unknown>
}

const sourceId = '797f5a94-3689-4ac8-82fd-d749511ea2b2'
const uuid = (n: number) => `6f1c2b34-8d1e-5a77-9c02-${String(n).padStart(12, '0')}`
const taskFields =
  'id,name,description,additionalDescriptionData,priority,status,processId,type,assigner,counterparty,template,' +
  'assignees,participants,auditors,dateTime,dateOfLastUpdate,dateOfLastComment,actualCompletionDate,overdue,isDeleted,' +
  'files,dataTags,sourceObjectId,sourceDataVersion,87,parent,hasEndDate,nonsense'
const commentFields =
  'id,dateTime,type,fromType,description,additionalDescriptionData,task,contact,owner,isDeleted,isPinned,isHidden,' +
  'isNotRead,recipients,reminders,dataTags,files,sourceObjectId,sourceDataVersion'
const contactFields =
  'id,template,name,midname,lastname,gender,description,address,site,email,additionalEmailAddresses,phones,skype,' +
  'telegram,isCompany,isDeleted,createdDate,dateOfLastUpdate,addedBy,files,dataTags,group,birthDate,88,' +
  'sourceObjectId,sourceDataVersion'

let simulator: PlanfixSimulator
const fresh: PlanfixSimulator[] = []

/** Sends a request as a client does, and checks request and answer against the OpenAPI file. */
async function call(sim: PlanfixSimulator, method: Method, path: string, body?: unknown): Promise<Answer> {
  const url = new URL(`${sim.restUrl}${path}`)
  const contentType = body === undefined ? undefined : 'application/json'
  const pure = url.pathname.slice('/rest'.length)
  const query = Object.fromEntries(url.searchParams)
  const request = { method, path: decodeURI(pure), query, body, ...(contentType && { contentType }) }
  expect(checkRequest(request), `request ${method} ${path}`).toEqual([])
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${sim.token}`, ...(contentType && { 'content-type': contentType }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const answered = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : text
  const judged = checkResponse({ method, path: decodeURI(pure), status: response.status, body: answered })
  expect(judged, `answer to ${method} ${path}: ${response.status} ${text}`).toEqual([])
  return { status: response.status, body: typeof answered === 'string' ? {} : answered }
}

async function start(switches: Partial<PlanfixSwitches> = {}, timeScale = 0.01): Promise<PlanfixSimulator> {
  const sim = await startPlanfixSimulator({
    switches,
    timeScale,
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
  })
  fresh.push(sim)
  return sim
}

async function upload(sim: PlanfixSimulator, name: string, content: string): Promise<number> {
  const form = new FormData()
  form.set('file', new Blob([content], { type: 'text/plain' }), name)
  const response = await fetch(`${sim.restUrl}/file/?targetType=task`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sim.token}` },
    body: form,
  })
  const body = (await response.json()) as { id: number }
  const sent = { method: 'POST', path: '/file/', query: { targetType: 'task' } }
  expect(checkRequest({ ...sent, contentType: 'multipart/form-data; boundary=x' })).toEqual([])
  expect(checkResponse({ ...sent, status: response.status, body })).toEqual([])
  return body.id
}

/** An ordinary day of a bridge: contact, task, comments, files, data tags, lists, completion. */
async function day(sim: PlanfixSimulator) {
  const contact = (
    await call(sim, 'POST', '/contact/', {
      template: { id: 5 },
      name: 'Anna',
      email: 'anna@example.com',
      phones: [{ number: '+37360000000', type: 1 }],
      customFieldData: [{ field: { id: 88 }, value: 'vfg1y4h4ioap' }],
      sourceObjectId: uuid(1),
      sourceDataVersion: '1',
    })
  ).body.id as number
  const file = await upload(sim, 'photo.txt', 'a picture')
  const task = (
    await call(sim, 'POST', '/task/', {
      name: 'Anna (Chatra)',
      description: '<p>Hello</p>',
      template: { id: 12 },
      counterparty: { id: `contact:${contact}` },
      assigner: { id: `contact:${contact}` },
      participants: { users: [{ id: 'user:7' }, { id: 'user:1' }] },
      customFieldData: [{ field: { id: 87 }, value: 'aC4krWMZWLYzz9sKZ' }],
      sourceObjectId: uuid(2),
      sourceDataVersion: '1',
    })
  ).body.id as number
  const comment = (
    await call(sim, 'POST', `/task/${task}/comments/?silent=false`, {
      description: '<p>Where is my order?</p>',
      owner: { id: `contact:${contact}` },
      recipients: { roles: ['assignee'] },
      files: [{ id: file }],
      sourceId,
      sourceObjectId: uuid(3),
      sourceDataVersion: '1',
    })
  ).body.id as number
  await call(sim, 'GET', `/task/${task}?fields=${taskFields}&sourceId=${sourceId}`)
  await call(sim, 'POST', '/task/list', {
    offset: 0,
    pageSize: 100,
    fields: taskFields,
    sourceId,
    filters: [
      { type: 7, operator: 'equal', value: `contact:${contact}` },
      { type: 51, operator: 'equal', value: [12] },
      { type: 12, operator: 'equal', value: { dateType: 'today' } },
    ],
  })
  await call(sim, 'POST', `/task/${task}/comments/list`, {
    fields: commentFields,
    typeList: 'Comments',
    resultOrder: [{ field: 'id', direction: 'Desc' }],
  })
  await call(sim, 'GET', `/comment/${comment}?fields=${commentFields}&sourceId=${sourceId}`)
  await call(sim, 'POST', `/task/${task}?silent=true`, { status: { id: 3 }, name: 'Anna P. (Chatra)' })
  await call(sim, 'POST', `/contact/contact:${contact}?silent=true`, { lastname: 'Popa' })
  await call(sim, 'GET', `/contact/contact:${contact}?fields=${contactFields}`)
  const wanted = [{ type: 4026, operator: 'equal', value: 'anna@example.com' }]
  await call(sim, 'POST', '/contact/list', {
    prefixedId: true,
    fields: contactFields,
    filters: wanted,
    sourceId,
  })
  await call(sim, 'POST', '/user/list', {
    onlyActive: true,
    prefixedId: true,
    fields: 'id,name,email,status,role',
  })
  return { contact, task, comment, file }
}

beforeAll(async () => {
  simulator = await start()
})
afterAll(async () => {
  await Promise.all(fresh.map((sim) => sim.stop()))
})

describe('every operation answers as the OpenAPI file says', () => {
  let made: Awaited<ReturnType<typeof day>>
  beforeAll(async () => {
    made = await day(simulator)
  })
  afterEach(() => {
    expect(simulator.violations).toEqual([])
  })

  test('ping, processes, statuses, templates, groups and custom fields match the file', async () => {
    await call(simulator, 'GET', '/ping')
    await call(
      simulator,
      'GET',
      '/task/templates?offset=0&pageSize=100&fields=id,name,processId,assignees,status,type',
    )
    await call(simulator, 'GET', '/process/task?fields=id,name')
    const statuses =
      '/process/task/1/statuses?fields=id,name,color,isActive,hasDeadline,isAppliedIndividually,texts'
    expect((await call(simulator, 'GET', statuses)).body.statuses).toHaveLength(8)
    expect((await call(simulator, 'GET', '/process/task/99/statuses')).body.statuses).toEqual([])
    await call(simulator, 'GET', '/contact/templates?isCompany=false&fields=id,name,isCompany')
    await call(simulator, 'GET', '/contact/groups?fields=id,name')
    await call(simulator, 'GET', '/user/groups?fields=id,name')
    await call(simulator, 'GET', '/customfield/task?fields=id,name,type,objectType,groupId')
    await call(simulator, 'GET', '/customfield/contact?fields=id,name,type,objectType,groupId')
  })

  test('creating, updating, reading, listing and deleting task comments match the file', async () => {
    const path = `/task/${made.task}/comments/`
    const id = (await call(simulator, 'POST', path, { description: 'one', isPinned: true })).body.id
    await call(simulator, 'POST', `${path}${id}?silent=true`, {
      description: 'two',
      isHidden: true,
      sourceId,
    })
    await call(simulator, 'POST', `${path}list`, {
      fields: commentFields,
      typeList: 'All',
      pageSize: 1,
      offset: 1,
    })
    const filters = [{ type: 3001, operator: 'equal', value: 'user:1' }]
    await call(simulator, 'POST', '/comment/list', { fields: commentFields, filters, sourceId })
    await call(simulator, 'DELETE', `/comment/${id}`)
    await call(simulator, 'POST', `${path}list`, { fields: commentFields, typeList: 'Deleted' })
    expect((await call(simulator, 'POST', `${path}${id}`, { description: 'three' })).body.code).toBe(5000)
    expect((await call(simulator, 'POST', '/comment/list', {})).body.code).toBe(0)
  })

  test('creating, updating and listing comments of contacts match the file', async () => {
    const path = `/contact/contact:${made.contact}/comments/`
    const body = { description: 'Windows 10, Chrome 141, 192.0.2.10', owner: { id: 'user:1' }, sourceId }
    const { id } = (await call(simulator, 'POST', path, body)).body
    await call(simulator, 'POST', `${path}${id}`, { description: 'Windows 11' })
    await call(simulator, 'POST', `${path}list`, { fields: commentFields })
    await call(simulator, 'POST', '/contact/999999/comments/', body)
    await call(simulator, 'POST', '/contact/999999/comments/list', {})
  })

  test('uploading, reading, downloading, attaching and deleting files match the file', async () => {
    const origin = createServer((_, response) => response.end('from far away'))
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/photo.jpg`
    const { id } = (
      await call(simulator, 'POST', '/file/from-url/?targetType=task', { name: 'photo.jpg', url })
    ).body
    origin.close()
    await call(simulator, 'GET', `/file/${id}?fields=id,name,size,downloadUrl,link`)
    await call(simulator, 'GET', `/file/${id}/download`)
    await call(simulator, 'POST', `/file/${id}/attach/task?id=${made.task}`)
    await call(simulator, 'POST', `/file/${id}/attach/contact?id=${made.contact}`)
    await call(simulator, 'GET', `/task/${made.task}/files?onlyFromDescription=true`)
    await call(simulator, 'DELETE', `/file/${id}`)
    expect((await call(simulator, 'GET', `/file/${id}`)).body.code).toBe(7000)
    const unsafe = { url: 'https://shop.planfix.com/file/1' }
    expect((await call(simulator, 'POST', '/file/from-url/', unsafe)).body.code).toBe(41)
  })

  test('lists, fields and entries of data tags match the file', async () => {
    await call(simulator, 'POST', '/datatag/list', { fields: 'id,name,group,fields' })
    await call(simulator, 'GET', '/datatag/4?fields=id,name,group,fields')
    await call(simulator, 'GET', '/customfield/datatag/4?fields=id,name,type,objectType,groupId')
    const items = [{ customFieldData: [{ field: { id: 10 }, value: 'Windows 10' }] }]
    const body = { dataTag: { id: 4 }, items }
    const onContact = await call(simulator, 'POST', `/contact/${made.contact}/datatags/`, body)
    await call(simulator, 'POST', `/contact/${made.contact}/datatags/${onContact.body.commentId}`, body)
    const onTask = await call(simulator, 'POST', `/task/${made.task}/datatags/`, body)
    await call(simulator, 'POST', `/task/${made.task}/datatags/${onTask.body.commentId}`, body)
    const fields = 'dataTag,key,commentId,contact,task,10,11'
    const found = await call(simulator, 'POST', '/datatag/4/entry/list', {
      fields,
      contactId: `contact:${made.contact}`,
    })
    expect(found.body.dataTagEntries).toHaveLength(2)
    const [key] = onTask.body.keys as number[]
    await call(simulator, 'GET', `/datatag/entry/${key}?fields=${fields}`)
    await call(simulator, 'POST', `/datatag/entry/${key}?silent=true`, items[0])
    await call(simulator, 'DELETE', `/datatag/entry/${key}`)
    await call(simulator, 'GET', `/datatag/entry/${key}`)
    await call(simulator, 'POST', `/task/${made.task}/datatags/`, { ...body, dataTag: { id: 77 } })
  })

  test('employees and missing objects match the file', async () => {
    await call(
      simulator,
      'GET',
      '/user/user:5?fields=id,name,lastname,email,secondaryEmails,role,status,groups,position',
    )
    expect((await call(simulator, 'GET', '/user/99')).body.code).toBe(4000)
    expect((await call(simulator, 'GET', '/task/999999')).body.code).toBe(1000)
    expect((await call(simulator, 'POST', '/task/999999', { name: 'x' })).status).toBe(404)
    expect((await call(simulator, 'POST', '/task/999999/comments/list', {})).status).toBe(500)
    expect((await call(simulator, 'GET', '/contact/999999')).body.code).toBe(2000)
    expect((await call(simulator, 'POST', '/contact/999999', { name: 'x' })).status).toBe(404)
    expect((await call(simulator, 'POST', '/task/', { template: { id: 77 } })).body.code).toBe(41)
    expect((await call(simulator, 'POST', '/contact/', { template: { id: 5 } })).body.code).toBe(2006)
    expect((await call(simulator, 'POST', '/task/list', { filterId: '77' })).body.code).toBe(41)
    const odd = { counterparty: { id: 999_999 }, name: 'same' }
    expect((await call(simulator, 'POST', `/task/${made.task}`, odd)).body.failures).toHaveLength(1)
  })
})

/** Positions that give the client no proper answer are tried on one write only. */
const silentPositions = /timeout|^code|^(403|200-fail)-code22/

const restSwitches = Object.entries(switchTable).filter(([name]) => !Object.hasOwn(chatSwitchTable, name))

describe.each(restSwitches.map(([name, row]) => ({ name, row })))('switch $name', ({ name, row }) => {
  test.each(row.filter((position) => !silentPositions.test(position)))(
    '%s keeps to the file',
    async (position) => {
      const sim = await start({ [name as SwitchName]: position })
      if (name === 'assigner-contact' || name === 'status-set' || name === 'scope-of-templates') {
        await partsOfDay(sim)
      } else if (position === '504-after-commit') {
        sim.nextWrites('504-after-commit')
        await call(sim, 'POST', '/task/', { name: 'x' })
      } else {
        await day(sim)
        if (name === 'email-duplicate') {
          await call(sim, 'POST', '/contact/', {
            template: { id: 5 },
            name: 'Double',
            email: 'anna@example.com',
          })
        }
        if (name === 'contact-template') await call(sim, 'POST', '/contact/', { name: 'No template' })
        if (name === 'missing-task') await call(sim, 'GET', '/task/999999')
        if (name === 'over-64k') {
          await call(sim, 'POST', '/contact/92/comments/', { description: 'x'.repeat(70_000) })
        }
        if (name === 'datatag-list-key') await call(sim, 'POST', '/datatag/list', { fields: 'id,name' })
        if (name === 'fail-in-2xx')
          expect((await call(sim, 'GET', '/contact/999999')).status).toBe(position === 'on' ? 200 : 404)
        if (name === 'over-rps') {
          sim.limits.requestsPerSecond = 20
          for (let n = 0; n < 21; n++) await call(sim, 'GET', '/ping')
        }
        if (name === 'failures-shape')
          await call(sim, 'POST', '/task/1041', { counterparty: { id: '999999' } })
      }
      expect(sim.violations).toEqual([])
    },
  )
})

async function partsOfDay(sim: PlanfixSimulator): Promise<void> {
  await call(sim, 'POST', '/contact/', { template: { id: 5 }, name: 'Anna' })
  const statuses = await call(sim, 'GET', '/process/task/1/statuses?fields=id,name,isActive')
  await call(sim, 'GET', '/task/templates?fields=id,name')
  await call(sim, 'GET', '/contact/templates?fields=id,name')
  await call(sim, 'GET', '/customfield/datatag/4')
  const known = (statuses.body.statuses ?? []) as { id: number; name: string }[]
  const completed = known.find((status) => status.name === 'Completed')
  const people = { assigner: { id: 'contact:92' }, auditors: { users: [{ id: 'user:1' }] } }
  await call(sim, 'POST', '/task/', { template: { id: 12 }, ...people })
  await call(sim, 'POST', '/task/', { template: { id: 12 } })
  const [task] = sim.tasks
  await call(sim, 'POST', `/task/${task?.id}`, {
    assigner: people.assigner,
    status: { id: completed?.id ?? 3 },
  })
  await call(sim, 'GET', `/task/${task?.id}?fields=${taskFields}`)
}

test.each(switchTable['account-state'].filter((position) => position !== 'ok'))(
  'account-state %s',
  async (position) => {
    simulator.setSwitch('account-state', position)
    const answer = await call(simulator, 'POST', '/task/list', {})
    simulator.setSwitch('account-state', 'ok')
    expect(`code${answer.body.code}-${answer.status}`).toBe(position)
  },
)

test.each(switchTable['daily-limit'].filter((position) => position !== 'off'))(
  'daily-limit %s',
  async (position) => {
    simulator.setSwitch('daily-limit', position)
    const answer = await call(simulator, 'GET', '/ping')
    simulator.setSwitch('daily-limit', 'off')
    expect(answer).toMatchObject({ status: Number.parseInt(position, 10), body: { code: 22 } })
  },
)
