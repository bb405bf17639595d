/** This program's entry in the system's list of programs started at login. */
export interface LoginList {
  /** `off` = the entry exists, and the owner has switched it off in the system. */
  read(): 'absent' | 'on' | 'off' | 'approval'
  /** `again`: also enables an entry that was switched off in the system. Throws when the system refuses. */
  write(starts: boolean, again: boolean): void
}
