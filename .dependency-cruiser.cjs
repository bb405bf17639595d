/** The import directions of docs/architecture.md, as rules that fail the build. */
const room = (name) => `^src/main/${name}/`
const adapters = '(chatra|planfix|store|secrets|settings|webhooks|tunnel|diagnostics)'
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

module.exports = {
  forbidden: [
    forbid('no-circles', 'Two files that import each other are one story told twice', {}, { circular: true }),
    forbid(
      'shared-imports-nothing',
      'shared/ is imported by every process',
      { path: '^src/shared/' },
      { path: '^src/(?!shared/)' },
    ),
    forbid(
      'engine-knows-shared-alone',
      'the rules know no HTTP, no disk, no clock but ports.ts',
      { path: room('engine') },
      { path: '^src/(?!shared/|main/engine/)' },
    ),
    forbid(
      'engine-has-no-effects',
      'effects belong to adapters',
      { path: room('engine') },
      { dependencyTypes: ['npm', 'core'], pathNot: '(node_modules/zod|^crypto$|^node:crypto$)' },
    ),
    forbid(
      'engine-by-its-front-door',
      'adapters, interface and hosts use the ports and what engine/index.ts names; the runtime builds the engine',
      { path: '^src/main/(?!(engine|runtime)/)' },
      { path: room('engine'), pathNot: '^src/main/engine/(index|ports)\\.ts$' },
    ),
    forbid(
      'adapters-look-down',
      'adapters implement engine ports and do not know hosts',
      { path: room(adapters) },
      {
        path: '^src/(main/(runtime|ingress|api|desktop|server|demo|cli|relay)|renderer|preload|simulators)/',
      },
    ),
    forbid(
      'adapters-keep-apart',
      'an adapter does not reach into another one',
      { path: `^src/main/${adapters}/` },
      { path: `^src/main/${adapters}/`, pathNot: '^src/main/$1/' },
    ),
    forbid(
      'one-store-or-the-other',
      "PostgreSQL's store answers the questions of store/; SQLite's knows nothing of it",
      { path: room('store-postgres') },
      { path: '^src/(?!shared/|main/(store-postgres|store|process)/|main/engine/ports\\.ts$)' },
    ),
    forbid(
      'application-knows-no-host',
      'one application, two hosts',
      { path: '^src/main/(bootstrap\\.ts$|(runtime|ingress|api)/)' },
      { path: '^src/(main/(desktop|server|demo|cli|relay)|renderer|preload|simulators)/' },
    ),
    forbid(
      'runtime-knows-no-interface',
      'the interface asks the runtime, never the other way round',
      { path: room('(runtime|ingress|hosting)') },
      { path: '^src/main/(bootstrap\\.ts$|api/)' },
    ),
    forbid(
      'composition-builds-the-parts',
      'the parts of the application are built in runtime/composition.ts alone; others get them, and name their types',
      { path: '^src/main/(?!runtime/composition\\.ts$)' },
      {
        path: '^src/main/(runtime/(accounts/\\w+-accounts|maintenance/maintenance|event-bus|file-downloads|supervisor|webhook-inbox)|ingress/(public-address-(service|state)|chat-calls|file-cache|misaddressed-webhooks))\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'halls-know-no-room',
      'what several hosts and adapters stand on knows none of them',
      { path: room('(http|process|renderer-assets|relay-protocol)') },
      {
        path: '^src/(?!shared/|main/(http|process|renderer-assets|relay-protocol)/|main/settings/redact\\.ts$|main/engine/ports\\.ts$)',
      },
    ),
    forbid(
      'relay-knows-no-bridge',
      'the relay is a host of its own: it stores and hands over, and knows no rules, no accounts, no application',
      { path: room('relay') },
      { path: '^src/(?!shared/|main/(relay|relay-protocol|store|http|process|settings)/)' },
    ),
    forbid(
      'window-knows-shared-alone',
      'renderer and preload import shared/ alone',
      { path: '^src/(renderer|preload)/' },
      { path: '^src/(main|simulators)/' },
    ),
    forbid(
      'window-loads-one-language',
      'the page takes texts from shared/i18n/texts.ts; index.ts would bring every language along',
      { path: '^src/(renderer|shared)/' },
      { path: '^src/shared/i18n/index\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-page-imports-a-page',
      'what two pages show is a feature or a component',
      { path: '^src/renderer/pages/([^/]+)/' },
      { path: '^src/renderer/pages/', pathNot: '^src/renderer/pages/$1/' },
    ),
    forbid(
      'features-know-no-page',
      'pages are made of features and components',
      { path: '^src/renderer/(features|components|client)/' },
      { path: '^src/renderer/pages/' },
    ),
    forbid(
      'simulators-know-nothing-of-ours',
      'a shared bug must not hide itself',
      { path: '^src/simulators/' },
      { path: '^src/(?!simulators/)' },
    ),
    forbid(
      'electron-in-desktop-alone',
      'only src/main/desktop and the preload import electron',
      { path: '^src/(?!main/desktop/|preload/)' },
      { path: '(^electron$|node_modules/electron/)' },
    ),
    forbid(
      'dependencies-run-the-program',
      'what runs outside the page is installed without development packages too; only the page is built from them',
      { path: '^src/(?!renderer/)' },
      {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^electron$|node_modules/electron/)',
      },
    ),
  ],
  options: {
    // TypeScript 7 has no API that a parser could use yet.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
}
