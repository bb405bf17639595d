export const ConversationPage = () => null
