import { loadEveryLanguage } from '../../src/shared/i18n/index.ts'

await loadEveryLanguage()
