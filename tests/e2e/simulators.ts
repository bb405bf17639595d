import { control, type SimulatorsReady } from '../crash/processes.ts'

/** Chatra and Planfix in a separate process, controlled over their control interfaces. */

type Body = Record<string, unknown>

export interface Visitor {
  clientId: string
  says(text: string): Promise<void>
  introduces(who: { name?: string; email?: string; phone?: string }): Promise<void>
  opensPage(link: string, title?: string): Promise<void>
  leaves(): Promise<void>
  comesBack(page?: string): Promise<void>
  /** The messages in the visitor's chat window, oldest first. */
  sees(): Promise<string[]>
  /** What Chatra sent to the visitor by e-mail. */
  mailed(): Promise<string[]>
}

export interface Chatra {
  url: string
  apiUrl: string
  publicKey: string
  secretKey: string
  visit(who?: Body): Promise<Visitor>
  /** Where Chatra posts its events; null for nowhere. */
  tells(url: string | null): Promise<void>
  agents(): Promise<{ id: string; name: string; email: string }[]>
  agentSays(clientId: string, text: string, agentId?: string): Promise<void>
  /** One of chatra/switches.ts. */
  switch(name: string, position: string): Promise<void>
  /** A rule of common/faults.ts. */
  fault(rule: Body): Promise<void>
  clearFaults(): Promise<void>
  /** Everything else of the control interface. */
  post<T = unknown>(name: string, body?: object): Promise<T>
  get<T = unknown>(name: string, query?: Record<string, string | number>): Promise<T>
}

export interface Task {
  id: number
  name: string
  description: string
  status: { id: number; name: string; key?: string } | null
  comments: number
}
export interface Comment {
  id: number
  description: string
  owner: string | null
  isDeleted: boolean
}

export interface Planfix {
  url: string
  restUrl: string
  webUrl: string
  token: string
  tasks(): Promise<Task[]>
  comments(taskId: number): Promise<Comment[]>
  contacts(): Promise<{ id: number; name: string; email?: string }[]>
  /** An employee comments a task; the client is among the recipients unless others are named. */
  replies(
    taskId: number,
    userId: number,
    text: string,
    options?: { recipients?: string[]; files?: number[]; hidden?: boolean },
  ): Promise<{ id: number }>
  scopes(scopes: string[]): Promise<void>
  limits(limits: Body): Promise<void>
  /** Requests that violate Planfix's contract. */
  violations(): Promise<unknown[]>
  switch(name: string, position: string): Promise<void>
  fault(rule: Body): Promise<void>
  clearFaults(): Promise<void>
  post<T = unknown>(name: string, body?: object): Promise<T>
  get<T = unknown>(name: string, query?: Record<string, string | number>): Promise<T>
}

export function chatraOf(ready: SimulatorsReady['chatra']): Chatra {
  const { post, get } = control(ready.url)
  const act = async (name: string, body: object) => void (await post(name, body))
  const visitorOf = (clientId: string): Visitor => ({
    clientId,
    says: (text) => act('say', { clientId, text }),
    introduces: (who) => act('introduce', { clientId, ...who }),
    opensPage: (link, title = link) => act('openPage', { clientId, link, title }),
    leaves: () => act('leave', { clientId }),
    comesBack: (page) => act('comeBack', { clientId, ...(page !== undefined && { page }) }),
    sees: () => get('sees', { clientId }),
    mailed: () => get('mailed', { clientId }),
  })
  return {
    ...ready,
    post,
    get,
    visit: async (who = {}) => visitorOf((await post<{ clientId: string }>('visit', who)).clientId),
    tells: (url) => act('webhookUrl', { url }),
    agents: async () => (await get<{ agents: Awaited<ReturnType<Chatra['agents']>> }>('state')).agents,
    agentSays: (clientId, text, agentId) =>
      act('agentSays', { clientId, text, ...(agentId !== undefined && { agentId }) }),
    switch: (name, position) => act('switch', { name, position }),
    fault: (rule) => act('fault', rule),
    clearFaults: () => act('clearFaults', {}),
  }
}

export function planfixOf(ready: SimulatorsReady['planfix']): Planfix {
  const { post, get } = control(ready.url)
  const act = async (name: string, body: object) => void (await post(name, body))
  return {
    ...ready,
    post,
    get,
    tasks: () => get('tasks'),
    comments: (taskId) => get('comments', { taskId }),
    contacts: () => get('contacts'),
    replies: (taskId, userId, text, options = {}) =>
      post('employeeComments', { taskId, userId, html: `<p>${text}</p>`, ...options }),
    scopes: (scopes) => act('scopes', { scopes }),
    limits: (limits) => act('limits', limits),
    violations: () => get('violations'),
    switch: (name, position) => act('switch', { name, position }),
    fault: (rule) => act('fault', rule),
    clearFaults: () => act('clearFaults', {}),
  }
}
