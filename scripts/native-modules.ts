/**
 * The packages with machine code. They are not bundled: the build leaves them as imports, and packaging ships
 * them beside it (`files` and `asarUnpack` of electron-builder.yml name the same ones;
 * tests/integration/bundle proves it). All other packages are pure JavaScript and inside `out/`.
 */
export const NATIVE_MODULES = ['better-sqlite3', 'keytar', '@ngrok/ngrok'] as const
