/** Texts that an attacker may send to make a program slow; each is about `size` UTF-16 units long. */

const rows = (piece: string) => (size: number) => piece.repeat(Math.ceil(size / piece.length))
const ending =
  (piece: string, end: string, start = '') =>
  (size: number) =>
    start + rows(piece)(size) + end

export const HOSTILE_TEXTS: Record<string, (size: number) => string> = {
  'spaces and a letter': ending(' ', 'x'),
  'line ends and a letter': ending('\n', 'x'),
  'spaces that do not break': ending('\u00a0', 'x'),
  'an address and brackets': ending(')', '', 'http://a'),
  'an address and mixed brackets': ending('()[](', ')].', 'http://a'),
  'an address and full stops': ending('.', 'x', 'http://a'),
  'a host that never ends': ending('漢字', '', 'http://'),
  'many addresses': rows('http://a '),
  'many broken addresses': rows('http://[['),
  'a letter and marks out of order': ending('\u0301\u0316', '', 'a'),
  'families of emoji without an end': rows('👩\u200d'),
  flags: rows('🇷🇴'),
  'smaller-than signs': rows('<'),
  'tags that do not end': rows('<a '),
  ampersands: rows('&'),
  letters: rows('a'),
  digits: rows('1'),
  dashes: ending('-', '!', 'a'),
  slashes: ending('/', 'x'),
  'addresses of mail that are none': rows('a@'),
  'names in brackets': rows('{name}'),
  'nested texts of a catalogue': rows('$t('),
  'colours of a terminal': rows('\u001b['),
  'the word forward': rows('forward '),
  'secrets without a value': rows('"token":"'),
  'keys that begin': rows('-----BEGIN A'),
  backslashes: rows('\\"'),
}

export const HOSTILE_HTML: Record<string, (size: number) => string> = {
  'spaces in code': ending(' ', 'x', '<pre>'),
  'line ends in code': ending('\n', 'x', '<pre>'),
  'spaces that do not break': ending('&nbsp;', 'x', '<p>'),
  'bold in bold': rows('<b>'),
  'bold in bold, closed by another': (size) => rows('<b>')(size / 2) + rows('</i>')(size / 2),
  'quotes in quotes': rows('<blockquote>'),
  'lists in lists': rows('<ul><li>x'),
  'blank lines in quotes': (size) => '<blockquote>'.repeat(30) + rows('<br>')(size),
  'cells in cells': rows('<td>'),
  'a row of many cells': ending('<td>x', '', '<table><tr>'),
  'rows in a long cell': (size) => `<table><tr>${rows('<td>')(size / 2)}x${rows('<tr></tr>')(size / 2)}`,
  'links in links': rows('<a href="http://a">x'),
  'links one after another': rows('<a href="http://a">x</a>'),
  'a link of many pictures': ending('<img src="http://a/b">', '', '<a href="http://c">'),
  pictures: rows('<img>x '),
  'paragraphs that do not end': rows('<p>'),
  'ends of paragraphs': rows('</p>'),
  'drawings in drawings': rows('<svg>'),
  'foreign things in drawings': rows('<svg><foreignObject>'),
  'scripts that do not end': rows('<script>'),
  'comments that do not end': rows('<!--'),
  'smaller-than signs': rows('<'),
  'tags that do not end': rows('<x '),
  'one tag of many attributes': ending(' a=1', '', '<a'),
  'one tag of many different attributes': (size) =>
    `<a ${Array.from({ length: Math.floor(size / 6) }, (_, n) => `a${n.toString(36)}`).join(' ')}>`,
  'formatting that goes on in each paragraph': (size) =>
    Array.from({ length: 100 }, (_, n) => `<b id=${n}>`).join('') + rows('<p>x</p>')(size),
  'styles that hide': rows('<i style="display:none">x</i>'),
  'styles in styles': rows('<i style="font-size:50%;color:red">'),
  'brackets in a style': ending('(', '">x', '<i style="color:'),
  'a style of many properties': ending('a:b;', '">x', '<i style="'),
  'colours that are worked out': rows(
    '<i style="color:hsl(calc(1deg*2),10%,10%);font-size:calc(1px + 1em)">x</i>',
  ),
  'rules that hide': (size) =>
    `<style>${Array.from({ length: 200 }, (_, n) => `.a.b${n}{display:none}`).join('')}</style>${rows('<i class="a b">x</i>')(size)}`,
  'a style sheet of brackets': ending('{', '</style>x', '<style>a'),
  'a style sheet of selectors': ending('a,', '{display:none}</style>x', '<style>'),
  'many style sheets': rows('<style>a{color:red}</style>'),
  'attributes that do not end': rows('<a href="'),
  entities: rows('&#1234;'),
  'entities that do not end': rows('&am'),
  forms: rows('<form>'),
  choices: rows('<select><input><option>'),
}
