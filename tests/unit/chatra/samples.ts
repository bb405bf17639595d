/** The reconstructed samples of contracts/chatra.md §4.5–4.7. */
export const client = {
  id: 'vfg1y4h4ioapl1cx0trw1mujk6den021zs9b2q8',
  chatId: 'aC4krWMZWLYzz9sKZ',
  displayedName: 'Anna',
  basicInfo: { name: 'Anna', email: 'anna@example.com', phone: null, notes: null },
  integrationData: { Order: '1001' },
  info: { name: 'Anna', email: 'anna@example.com', Order: '1001' },
  groupId: null,
  ip: '192.0.2.10',
  country: 'Moldova',
  city: 'Chisinau',
  browser: 'Chrome 141',
  os: 'Windows 10',
  userAgent: 'Mozilla/5.0',
  browserLanguage: 'ro',
  lastVisit: {
    startedAt: 1760000000000,
    finishedAt: null,
    hostName: 'shop.example',
    viewedPages: [{ link: 'https://shop.example/red-shoes', title: 'Red shoes' }],
  },
}
export const asked = {
  id: 'p7RkQm2vXcT9sLwYd',
  type: 'client',
  text: 'Where is my order?',
  message: 'Where is my order?',
  createdAt: 1760000030000,
}
export const answered = {
  id: 'XGDsxHtLppJTJ3vZk',
  type: 'agent',
  text: 'It left today.',
  message: 'It left today.',
  createdAt: 1760000045000,
  agentId: 'bnRzp4CioKudG4aHm',
  agentName: 'Julia',
  receivedFrom: 'planfix-bridge',
}
export const julia = { id: 'bnRzp4CioKudG4aHm', name: 'Julia', email: 'julia@shop.example' }
export const startPage = { link: 'https://shop.example/red-shoes', title: 'Red shoes' }

export const started = { eventName: 'chatStarted', chatStartedPage: startPage, message: asked, client }
export const fragment = { eventName: 'chatFragment', client, agents: [julia], messages: [asked, answered] }
export const transcript = {
  eventName: 'chatTranscript',
  chatStartedPage: startPage,
  client,
  agents: [julia],
  messages: [asked, answered],
}
