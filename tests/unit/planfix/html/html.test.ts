import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { cleanText, fits, htmlToText, toHtml } from '../../../../src/main/planfix/html/to-html.ts'
import { hasNothingToSee } from '../../../../src/shared/plain.ts'

const html = (text: string) => toHtml({ paragraphs: [{ label: null, text }] })

/**
 * What cannot survive the way there and back: space at line ends, blank lines at both ends and more than two of them,
 * lines without visible characters, non-breaking spaces.
 */
const normal = (text: string) =>
  cleanText(text)
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => (hasNothingToSee(line) ? '' : line.replace(/ +$/, '')))
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+|\n+$/g, '')

const pieces = fc.constantFrom(
  '<',
  '>',
  '&',
  '&lt;',
  '&nbsp;',
  '"',
  "'",
  '\n',
  '\r\n',
  '\t',
  ' ',
  '  ',
  '\u00a0',
  '<script>alert(1)</script>',
  '<!-- x -->',
  '</p>',
  'javascript:alert(1)',
  'https://example.com/?a=1&b=<2>',
  'http://x.example/(a)_b).',
  '🙂',
  '👨‍👩‍👧',
  '\ud800',
  '\u2028',
  '\u0000',
  'Привет',
  '- one',
  '1. two',
  ']]>',
)
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 5 }))).map((parts) => parts.join('')),
)

describe('text to HTML and back', () => {
  test('any text reads back unchanged, except what a comment cannot contain', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(htmlToText(html(text))).toBe(normal(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('several lines of several paragraphs come back as lines', () => {
    const text = {
      paragraphs: [
        { label: 'Anna', text: 'one\ntwo' },
        { label: null, text: 'three' },
      ],
    }
    expect(htmlToText(toHtml(text))).toBe('Anna: one\ntwo\nthree')
  })

  test('a quote returns marked line by line', () => {
    expect(htmlToText(toHtml({ paragraphs: [{ label: null, text: 'a\nb', quote: true }] }))).toBe('> a\n> b')
  })
})

describe('a client cannot write HTML', () => {
  test('only our own tags and http addresses come out, for any text', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.boolean(), (label, text, quote) => {
        const made = toHtml({ paragraphs: [{ label, text, quote }] })
        const wrong: string[] = []
        new Parser({
          onopentag: (name, attributes) => {
            const allowed = ['p', 'blockquote', 'b', 'br', 'a'].includes(name)
            const plainAttributes = Object.entries(attributes).every(
              ([key, value]) => name === 'a' && key === 'href' && /^https?:\/\//i.test(value),
            )
            if (!allowed || !plainAttributes) wrong.push(name)
          },
          oncomment: () => wrong.push('comment'),
          onprocessinginstruction: () => wrong.push('instruction'),
        }).end(made)
        expect(wrong).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('the output never contains a line end, which Planfix would drop', () => {
    fc.assert(fc.property(anyText, (text) => !/[\r\n]/.test(html(text))))
  })

  test('a javascript: address stays text', () => {
    expect(html('javascript:alert(1)')).toBe('<p>javascript:alert(1)</p>')
  })
})

describe('toHtml', () => {
  test('an address becomes a link without the full stop after it', () => {
    expect(html('See https://example.com/a?b=1&c=2.')).toBe(
      '<p>See <a href="https://example.com/a?b=1&amp;c=2">https://example.com/a?b=1&amp;c=2</a>.</p>',
    )
  })

  test('a bracket opened inside an address belongs to it', () => {
    expect(html('(https://x.example/a_(b))')).toBe(
      '<p>(<a href="https://x.example/a_(b)">https://x.example/a_(b)</a>)</p>',
    )
  })

  test('leading spaces and runs of spaces stay visible', () => {
    expect(html('  - a  b')).toBe('<p>&nbsp;&nbsp;- a&nbsp; b</p>')
  })

  test('a label is a bold prefix with one colon', () => {
    expect(toHtml({ paragraphs: [{ label: 'Device:', text: 'PC' }] })).toBe('<p><b>Device:</b> PC</p>')
    expect(toHtml({ paragraphs: [{ label: 'Device', text: 'PC' }] })).toBe('<p><b>Device:</b> PC</p>')
  })

  test('empty paragraphs vanish, so a comment of files has no text', () => {
    expect(toHtml({ paragraphs: [{ label: null, text: '' }] })).toBe('')
  })
})

describe('fits', () => {
  const text = (said: string) => ({ paragraphs: [{ label: null, text: said }] })
  test('the size counts bytes of the HTML, not characters of the text', () => {
    expect(fits(text('a'.repeat(59_993)))).toBe(true)
    expect(fits(text('a'.repeat(59_994)))).toBe(false)
    expect(fits(text('<'.repeat(15_000)))).toBe(false)
    expect(fits(text('ж'.repeat(30_000)))).toBe(false)
  })
})

describe("an employee's comment", () => {
  const cases: [claim: string, html: string, text: string][] = [
    ['paragraphs are lines', '<p>Hello,</p><p>Anna</p>', 'Hello,\nAnna'],
    ['an empty paragraph is a blank line', '<p>a</p><p>&nbsp;</p><p>b</p>', 'a\n\nb'],
    ['a paragraph with only a break is a blank line', '<p>a</p><p><br></p><p>b</p>', 'a\n\nb'],
    ['a break at the end of a block is not seen', '<div>a<br></div><div>b</div>', 'a\nb'],
    ['source line ends are spaces', '<p>a\n   b</p>\n<p>c</p>', 'a b\nc'],
    ['text without markup keeps its lines', 'a\n  b', 'a\n  b'],
    ['entities and emoji are decoded', '<p>&lt;b&gt; &amp; &#128578; &euro; 🙂</p>', '<b> & 🙂 € 🙂'],
    ['bold and italics lose their marks', '<b>a</b> <i>b</i><span> c</span>', 'a b c'],
    [
      'a link shows its address',
      '<a href="https://x.example/1">the price</a>',
      'the price (https://x.example/1)',
    ],
    [
      'a link to itself is said once',
      '<a href="https://x.example/">https://x.example</a>',
      'https://x.example',
    ],
    ['a bare domain is not said twice', 'see <a href="http://x.example/">x.example</a>', 'see x.example'],
    [
      'a shortened address is told whole',
      '<a href="https://x.example/long/path">https://x.example/lo…</a>',
      'https://x.example/long/path',
    ],
    ['an empty link is its address', '<a href="https://x.example/"></a>', 'https://x.example/'],
    ['a link into Planfix is only its text', '<a href="/task/12">task 12</a>', 'task 12'],
    ['javascript is only its text', '<a href="javascript:alert(1)">x</a>', 'x'],
    ['a mail address is said once', '<a href="mailto:a@x.example">a@x.example</a>', 'a@x.example'],
    ['a mention stays', '<p><a href="/user/5" class="mention">@Julia Rusu</a>, see</p>', '@Julia Rusu, see'],
    ['a list gets dots', '<ul><li>a</li><li><p>b</p></li></ul>after', '• a\n• b\nafter'],
    ['a numbered list gets numbers', '<ol start="3"><li>a</li><li>b</li></ol>', '3. a\n4. b'],
    ['nested lists are indented', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>', '• a\n  • b\n• c'],
    [
      'a link in a list item',
      '<ul><li><a href="https://x.example">https://x.example</a></li></ul>',
      '• https://x.example',
    ],
    ['a quote is marked', 'he said<blockquote><p>a</p><p>b</p></blockquote>so', 'he said\n> a\n> b\nso'],
    [
      'a quote in a quote is marked twice',
      '<blockquote>a<blockquote>b</blockquote></blockquote>',
      '> a\n> > b',
    ],
    ['a heading is a line', '<h2>Title</h2>text', 'Title\ntext'],
    [
      'a table is read row by row',
      '<table><tr><th>A</th><th>B</th></tr><tr><td><p>1</p><p>2</p></td><td>3</td></tr></table>',
      'A | B\n1 2 | 3',
    ],
    ['a row of nothing is left out', '<table><tr><td></td><td> </td></tr><tr><td>x</td></tr></table>', 'x'],
    ['a pasted picture is no text', 'see <img src="/?action=getfile&uniqueid=123"> here', 'see here'],
    [
      'a picture of the editor is no text though its address is whole',
      '<img src="https://a.planfix.com/?action=f&uniqueid=9">',
      '',
    ],
    [
      'a picture with an address is its address',
      '<p>x<img src="https://cdn.example/a.png"></p>',
      'x https://cdn.example/a.png',
    ],
    ['a drawn emoji is an emoji', 'ok <img src="/e/1.png" alt="🙂">', 'ok 🙂'],
    ['a counting pixel is nothing', 'a<img src="https://t.example/p" width="1" height="1">', 'a'],
    ['scripts and styles are nothing', '<style>p{}</style>a<script>b("<p>")</script>c', 'ac'],
    ['comments are nothing', 'a<!-- secret -->b', 'ab'],
    ['code keeps its spaces', '<pre>if x:\n    y</pre>', 'if x:\n    y'],
    ['a rule is a rule', 'a<hr>b', 'a\n———\nb'],
    ['broken markup is read as far as it goes', '<p>a <b>b</p> c < d', 'a b\nc < d'],
    ['nothing is nothing', '<p> </p>', ''],
  ]
  test.each(cases)('the comment converts: %s', (_, source, text) => {
    expect(htmlToText(source)).toBe(text)
  })

  test('the conversion never fails and never leaves white space at the ends', () => {
    const tags = fc.constantFrom(
      '<p>',
      '</p>',
      '<ul>',
      '<li>',
      '</ul>',
      '<td>',
      '<tr>',
      '<a href="https://a.b">',
      '</a>',
      '<blockquote>',
      '<br>',
      '<pre>',
      '<script>',
      '<img>',
      '&nbsp;',
      'x',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(tags), (parts) => {
        const text = htmlToText(parts.join(''))
        expect(text).not.toMatch(/^\n|\n$/)
      }),
    )
  })
})
