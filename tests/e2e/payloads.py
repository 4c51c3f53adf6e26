"""Twenty captions that would do something if a page took them for more than text. A working attack sets `window.owned`
or adds an element of class `owned`."""

CAPTIONS = (
    "<script>window.owned=1</script>",
    "<img src=x onerror='window.owned=1'>",
    "<svg onload=window.owned=1>",
    "<b class=owned>bold</b>",
    '"><img class=owned src=x>',
    "'><i class=owned>",
    "</li></ul><h1 class=owned>out</h1>",
    "javascript:window.owned=1",
    "[link](javascript:window.owned=1)",
    "![picture](https://example.org/owned.png)",
    "**bold** _and_ `code` # heading",
    ":red[coloured] :material/home: :smile:",
    "$\\frac{1}{2}$ and $$x$$",
    "<iframe class=owned src='javascript:parent.owned=1'></iframe>",
    "{{constructor.constructor('window.owned=1')()}}",
    "<style>*{display:none}</style>",
    "&lt;b&gt;entities&lt;/b&gt; &amp; more",
    '=HYPERLINK("http://example.org","red")',
    "\u202eright to left\u202c and \u0007 a bell",
    "<a class=owned href=data:text/html,x>data</a>" + "x" * 500,
)
