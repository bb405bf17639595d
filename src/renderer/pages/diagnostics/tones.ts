import type { CheckReport } from '../../../shared/api/diagnostics.ts'
import type { Tone } from '../../components/feedback/status-badge.tsx'

export const TONES: Record<CheckReport['result'], Tone> = {
  ok: 'good',
  warning: 'attention',
  failed: 'bad',
  skipped: 'off',
}
