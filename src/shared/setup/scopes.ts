/** Access levels of a Planfix token that the bridge uses (contracts/planfix.md §1). */
export const SCOPES = [
  'task_readonly',
  'task_add',
  'task_update',
  'contact_readonly',
  'contact_add',
  'contact_update',
  'comment_readonly',
  'comment_add',
  'comment_delete',
  'user_readonly',
  'file_readonly',
  'file_add',
  'datatag_readonly',
  'datatag_add',
] as const
export type Scope = (typeof SCOPES)[number]
