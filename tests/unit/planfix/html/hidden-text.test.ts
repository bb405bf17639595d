import { describe, expect, test } from 'vitest'
import { htmlToText } from '../../../../src/main/planfix/html/to-html.ts'

/**
 * Text that the employee does not see in Planfix is never sent (R2). Each example has the word SECRET in a hidden
 * place.
 */
const HIDDEN: Record<string, string> = {
  'not displayed': '<span style="display:none">SECRET</span>',
  'marked hidden': '<p hidden>SECRET</p>',
  'hidden until it is found': '<p hidden="until-found">SECRET</p>',
  'in a hidden block': '<div hidden><p>SECRET <b>SECRET</b></p><ul><li>SECRET</li></ul></div>',
  'in capitals and with spaces': '<span style=" DISPLAY : None ;">SECRET</span>',
  'with a comment in the style': '<span style="display:/* x */none">SECRET</span>',
  'with an escape in the style': '<span style="d\\69splay:no\\6e e">SECRET</span>',
  'with entities in the style': '<span style="display&#58;none">SECRET</span>',
  'said to be important': '<span style="display:none!important;display:block">SECRET</span>',
  'shown by a word that no browser knows': '<span style="display:none;display:banana">SECRET</span>',
  invisible: '<span style="visibility:hidden">SECRET</span>',
  collapsed: '<span style="visibility: collapse">SECRET</span>',
  'without opacity': '<span style="opacity:0">SECRET</span>',
  'hardly opaque': '<span style="opacity: 1%">SECRET</span>',
  'filtered away': '<span style="filter:opacity(0)">SECRET</span>',
  'of no size': '<span style="font-size:0">SECRET</span>',
  'of no size in points': '<span style="font-size: 0.0pt">SECRET</span>',
  'of no size by calculation': '<span style="font-size:calc(1px - 1px)">SECRET</span>',
  'of no size by the short form': '<span style="font:0/0 a">SECRET</span>',
  'of one pixel': '<span style="font-size:1px">SECRET</span>',
  'tiny in something tiny': '<span style="font-size:20%"><span style="font-size:20%">SECRET</span></span>',
  transparent: '<span style="color:transparent">SECRET</span>',
  'transparent by its fourth part': '<span style="color:rgba(0,0,0,0)">SECRET</span>',
  'transparent in hexadecimal': '<span style="color:#00000000">SECRET</span>',
  'white on the white page': '<span style="color:#ffffff">SECRET</span>',
  'nearly white on the white page': '<span style="color: rgb(254, 254, 254)">SECRET</span>',
  'white by the old tag': '<font color="white">SECRET</font>',
  'in the colour of its ground': '<p style="background:#ff0000"><i style="color:red">SECRET</i></p>',
  'white in a white cell of a dark table':
    '<table bgcolor="black"><tr><td bgcolor="#fff"><font color="#fff">SECRET</font></td></tr></table>',
  'in a box without height': '<div style="height:0;overflow:hidden">SECRET</div>',
  'in a box that may not be high': '<div style="max-height:0px; overflow: hidden">SECRET</div>',
  'in a box without width': '<div style="width:0;overflow-x:clip">SECRET</div>',
  'in a box of one pixel for programs that read aloud':
    '<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">SECRET</span>',
  'clipped away': '<span style="position:absolute;clip:rect(1px,1px,1px,1px)">SECRET</span>',
  'clipped by a path': '<div style="clip-path: inset(50%)">SECRET</div>',
  'far to the left': '<p style="position:absolute;left:-9999px">SECRET</p>',
  'indented out of sight': '<p style="text-indent:-9999px">SECRET</p>',
  'moved out of sight': '<p style="margin-left:-1000em">SECRET</p>',
  'scaled to nothing': '<p style="transform:scale(0)">SECRET</p>',
  'a script': '<script>SECRET</script>',
  'a style': '<style>SECRET</style>',
  'the title of a page': '<head><title>SECRET</title></head>',
  'a template': '<template><p>SECRET</p></template>',
  'for browsers without scripts': '<noscript>SECRET</noscript>',
  'for browsers without frames': '<iframe>SECRET</iframe><noframes>SECRET</noframes>',
  'instead of a film': '<video controls>SECRET</video><audio>SECRET</audio><object>SECRET</object>',
  'instead of a drawing': '<canvas>SECRET</canvas>',
  'proposals of a field': '<datalist><option>SECRET</option></datalist>',
  'a dialog that is closed': '<dialog>SECRET</dialog>',
  'a popover that is closed': '<div popover>SECRET</div>',
  'a field that is hidden': '<input type="hidden" value="SECRET">',
  'a comment': '<!-- SECRET -->',
  'a comment for Outlook': '<!--[if mso]><p>SECRET</p><![endif]-->',
  'a declaration': '<!SECRET>',
  'an attribute': '<p title="SECRET" data-x="SECRET" aria-label="SECRET"></p>',
  'a link that is hidden': '<a href="https://x.example/SECRET" style="display:none">SECRET</a>',
  'a picture that is hidden': '<img src="https://x.example/SECRET.png" style="display:none">',
  'a picture in what is hidden': '<div hidden><img src="https://x.example/SECRET.png"></div>',
  'a smiley that is hidden': '<img alt=":)" hidden src="https://x.example/SECRET.gif">',
  'hidden by a class': '<style>.x{display:none}</style><p class="a x">SECRET</p>',
  'hidden by a class that is said later':
    '<p class="x">SECRET</p><style>p{margin:0} .y, p.x { visibility: hidden }</style>',
  'hidden by an id': '<style><!-- #x{opacity:0} --></style><p id="x">SECRET</p>',
  'hidden by a tag': '<style>i{font-size:0}</style><i>SECRET</i>',
  'hidden on screens': '<style>@media screen{.x{display:none}}</style><p class="x">SECRET</p>',
  'hidden in something': '<style>div > p .x{display:none}</style><span class="x">SECRET</span>',
  'hidden by a class, whatever its own style says':
    '<style>.x{display:none!important}</style><p class="x" style="display:block">SECRET</p>',
  'not closed': '<span style="display:none">SECRET <p>SECRET',
  'a paragraph in it that is closed late': '<span style="display:none">SECRET<p>SECRET</span>SECRET</p>',
  'a font that goes on in the next paragraph': '<p><font style="display:none">SECRET</p><p>SECRET',
  'deep below': `${'<div>'.repeat(600)}<span style="display:none">SECRET</span>`,
  'deep below a list': `${'<ul><li>'.repeat(300)}<b hidden>SECRET<i>SECRET</i></b>`,
}

const SHOWN: Record<string, string> = {
  'shown again by another style': '<p hidden style="display:block">WORD</p>',
  'visible in what is invisible':
    '<div style="visibility:hidden">x<span style="visibility:visible">WORD</span></div>',
  'of its own size in what has none': '<td style="font-size:0"><span style="font-size:14px">WORD</span></td>',
  'small print': '<span style="font-size:7px">WORD</span>',
  'white on black': '<p style="background:black;color:white">WORD</p>',
  'white on a picture': '<p style="background:url(x.png);color:#fff">WORD</p>',
  'a link in white text': '<span style="color:#fff"><a href="https://x.example">WORD</a></span>',
  'of a colour that cannot be told': '<p style="color:var(--text)">WORD</p>',
  'half opaque': '<p style="opacity:.5">WORD</p>',
  'hidden from programs that read aloud': '<p aria-hidden="true">WORD</p>',
  'a run of text with a height': '<span style="height:0;overflow:hidden">WORD</span>',
  'a box of no height that nothing cuts': '<div style="height:0">WORD</div>',
  'moved a little': '<p style="margin-left:-20px;text-indent:-10px">WORD</p>',
  'folded up': '<details><summary>more</summary>WORD</details>',
  'a dialog that is open': '<dialog open>WORD</dialog>',
  'behind what is hidden': '<span style="display:none">x</span>WORD',
  'behind a hidden paragraph that is not closed': '<p hidden>x<p>WORD',
  'a word of hiding in another property': '<p style="content:\'display:none\';color:red">WORD</p>',
  'in bold of a weight': '<b style="font-weight:700">WORD</b>',
  'in a font of a weight': '<b style="font:700 12px/1.5 Arial, sans-serif">WORD</b>',
  'of another class': '<style>.x{display:none}</style><p class="y xx">WORD</p>',
  'hidden on paper': '<style>@media print{.x{display:none}}</style><p class="x">WORD</p>',
  'hidden on small screens': '<style>@media (max-width:400px){.x{display:none}}</style><p class="x">WORD</p>',
  'hidden when it is touched': '<style>.x:hover{display:none}</style><p class="x">WORD</p>',
  'shown by its own style': '<style>.x{display:none}</style><p class="x" style="display:block">WORD</p>',
  'behind a style of Outlook':
    '<style>p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt;} @page WordSection1 {size:612.0pt 792.0pt;} a:link {color:#0563C1;} div.WordSection1 {page:WordSection1;}</style><div class="WordSection1"><p class="MsoNormal">WORD</p></div>',
  'with a style that is broken': '<p style="}{;;:::(">WORD</p>',
}

describe('a hidden text is never sent:', () => {
  test.each(Object.entries(HIDDEN))('hidden text is never sent: %s', (_, html) => {
    const text = htmlToText(`<p>before</p>${html}`)
    expect(text).not.toContain('SECRET')
    expect(text).toMatch(/^before\s*$/)
  })
})

describe('a visible text is sent:', () => {
  test.each(Object.entries(SHOWN))('visible text is sent: %s', (_, html) => {
    expect(htmlToText(html)).toContain('WORD')
  })
})

test('the text around hidden words stays together', () => {
  expect(htmlToText('<p>The price<span style="display:none"> (cost 5)</span> is 10.</p>')).toBe(
    'The price is 10.',
  )
  expect(
    htmlToText('<ul><li hidden>SECRET</li><li>a</li></ul><ol><li style="display:none">x</li><li>b</li></ol>'),
  ).toBe('• a\n1. b')
  expect(htmlToText('<table><tr><td>a</td><td hidden>SECRET</td><td>b</td></tr></table>')).toBe('a | b')
})
