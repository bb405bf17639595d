export { eventText } from '../../shared/i18n/event-text.ts'
