/** The system's list of programs that are started at login, as far as this one is in it. */
export interface LoginList {
  /** `off` = it is there, and the owner has switched it off in the system. */
  read(): 'absent' | 'on' | 'off' | 'approval'
  /** `anew`: also what was switched off in the system. Throws when the system refuses. */
  write(starts: boolean, again: boolean): void
}
