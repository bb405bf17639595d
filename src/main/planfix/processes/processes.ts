import { type ErrorCode, ok, type Result } from '../../../shared/errors.ts'
import type { PlanfixStatus, PlanfixTask } from '../../engine/ports.ts'
import { type Calls, PAGE } from '../calls.ts'
import { customFieldList, processList, statusList, templateList } from '../schemas.ts'
import type { Settings } from '../settings.ts'
import { chooseCompleted, judgeActive, type NamedStatus, toStatus } from './statuses.ts'

/** A template of tasks; `processId` determines the statuses of its tasks. */
interface TaskTemplate {
  id: number
  name: string
  processId: number | null
}

/** Templates, processes and their statuses, cached for an hour (contracts/planfix.md §6.5). */
export interface Processes {
  taskTemplates(): Promise<Result<TaskTemplate[]>>
  contactTemplates(): Promise<Result<{ id: number; name: string }[]>>
  /** Custom fields of contacts with text: lines and texts. */
  contactTextFields(): Promise<Result<{ id: number; name: string }[]>>
  processes(): Promise<Result<{ id: number; name: string }[]>>
  statuses(processId: number): Promise<Result<NamedStatus[]>>
  completedStatusId(): Promise<Result<number | null>>
  isStatusActive(status: PlanfixStatus): boolean | null
  /**
   * Call after reading tasks: learns their process, and reads its statuses once when a flag alone may
   * mislead.
   */
  saw(tasks: PlanfixTask[]): Promise<void>
}

/** A line and a text (contracts/planfix.md §4). */
const TEXT_TYPES = [0, 2]
const HOUR = 3_600_000
/** After a refusal or an empty answer the statuses are read again only after this time. */
const TEN_MINUTES = 600_000
const TEMPLATE_PAGES = 20
/** The statuses may not be read, now or in ten minutes. */
const REFUSALS: readonly ErrorCode[] = ['missing-scope', 'refused', 'object-gone']

export function createProcesses(calls: Calls, settings: Settings): Processes {
  const { now, taskTemplateId } = settings
  /** `isSettled` is false after a failure that may pass: then nothing follows from an empty list. */
  const known = new Map<number, { statuses: NamedStatus[]; until: number; isSettled: boolean }>()
  let process: { id: number; until: number } | null = null
  /** The process of recently read tasks: the built-in process appears only there. */
  let seenProcessId: number | null = null

  const templates = (
    path: string,
    query: Record<string, boolean>,
    fields: string,
    scope: 'task_readonly' | 'contact_readonly',
  ) =>
    calls.pages(async (offset) => {
      const answer = await calls.call(
        {
          method: 'GET',
          path,
          query: { offset, pageSize: PAGE, fields, ...query },
          scope,
          writes: false,
          about: 'account',
        },
        templateList,
      )
      return answer.ok ? ok(answer.value.templates) : answer
    }, TEMPLATE_PAGES)

  async function taskTemplates(): Promise<Result<TaskTemplate[]>> {
    const answer = await templates('/task/templates', {}, 'id,name,processId', 'task_readonly')
    if (!answer.ok) return answer
    return ok(
      answer.value.rows.map(({ id, name, processId }) => ({
        id,
        name: name ?? `${id}`,
        processId: processId ?? null,
      })),
    )
  }

  async function statuses(processId: number): Promise<Result<NamedStatus[]>> {
    const answer = await calls.call(
      {
        method: 'GET',
        path: `/process/task/${processId}/statuses`,
        query: { fields: 'id,name,isActive,texts' },
        scope: 'task_readonly',
        writes: false,
        about: 'account',
      },
      statusList,
    )
    if (!answer.ok) {
      const before = known.get(processId)
      const isSettled = before?.isSettled || REFUSALS.includes(answer.error.code)
      known.set(processId, { statuses: before?.statuses ?? [], isSettled, until: now() + TEN_MINUTES })
      return answer
    }
    const list = answer.value.statuses.map(toStatus)
    const until = now() + (list.length > 0 ? HOUR : TEN_MINUTES)
    known.set(processId, { statuses: list, isSettled: true, until })
    return ok(list)
  }

  /** The process of the chosen template; without a template, that of the tasks read. */
  async function processId(): Promise<Result<number | null>> {
    if (taskTemplateId === null) return ok(seenProcessId)
    if (process && process.until > now()) return ok(process.id)
    await calls.slot()
    const answer = await taskTemplates()
    if (!answer.ok) return answer
    const found = answer.value.find(({ id }) => id === taskTemplateId)?.processId ?? null
    if (found !== null) process = { id: found, until: now() + HOUR }
    return ok(found ?? seenProcessId)
  }

  /** The most important statuses first: those of the template's process. */
  const allKnown = (): NamedStatus[] => {
    const first = process?.id ?? seenProcessId
    return [...known]
      .sort(([a], [b]) => Number(b === first) - Number(a === first))
      .flatMap(([, one]) => one.statuses)
  }

  return {
    taskTemplates,
    async contactTemplates() {
      const answer = await templates(
        '/contact/templates',
        { isCompany: false },
        'id,name',
        'contact_readonly',
      )
      return answer.ok ? ok(answer.value.rows.map(({ id, name }) => ({ id, name: name ?? `${id}` }))) : answer
    },
    async contactTextFields() {
      const answer = await calls.call(
        {
          method: 'GET',
          path: '/customfield/contact',
          query: { fields: 'id,name,type' },
          scope: 'contact_readonly',
          writes: false,
          about: 'account',
        },
        customFieldList,
      )
      if (!answer.ok) return answer
      const texts = answer.value.customfields.filter(({ type }) => type == null || TEXT_TYPES.includes(type))
      return ok(texts.map(({ id, name }) => ({ id, name: name ?? `${id}` })))
    },
    async processes() {
      const answer = await calls.call(
        {
          method: 'GET',
          path: '/process/task',
          query: { fields: 'id,name' },
          scope: 'task_readonly',
          writes: false,
          about: 'account',
        },
        processList,
      )
      return answer.ok
        ? ok(answer.value.processes.map(({ id, name }) => ({ id, name: name ?? `${id}` })))
        : answer
    },
    statuses,

    async completedStatusId() {
      if (settings.completedStatusId !== null) return ok(settings.completedStatusId)
      const found = await processId()
      if (!found.ok) return found
      const id = found.value
      if (id === null) return ok(null)
      const remembered = known.get(id)
      if (remembered?.isSettled && remembered.until > now()) return ok(chooseCompleted(remembered.statuses))
      await calls.slot()
      const list = await statuses(id)
      return list.ok ? ok(chooseCompleted(list.value)) : list
    },

    isStatusActive(status) {
      const list = allKnown()
      const owners = [...known.values()].find((one) => one.statuses.some(({ id }) => id === status.id))
      return judgeActive(status, owners?.statuses ?? [], settings.completedStatusId ?? chooseCompleted(list))
    },

    async saw(tasks) {
      for (const { processId, status } of tasks) {
        if (processId === null) continue
        seenProcessId = processId
        const remembered = known.get(processId)
        // An active flag is clear. An inactive or absent one has a meaning only together with the others of
        // its process.
        if (!status || status.isActive === true || (remembered && remembered.until > now())) continue
        await calls.slot()
        await statuses(processId)
      }
    },
  }
}
