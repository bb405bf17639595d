import { useMay } from '../../client/access.tsx'
import { useAppState } from '../../client/hooks.tsx'

/** Whether settings are only looked at: their file cannot be written, or they are the owner's. */
export function useLocked(): boolean {
  const { settingsFile } = useAppState()
  const may = useMay()
  return !settingsFile.writable || !may('settings.save')
}
