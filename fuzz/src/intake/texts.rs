//! Texts of all kinds: words of their formats and small sound files.

use crate::owned;

pub(crate) const RTF: &[&str] = &[
    "\\par ",
    "\\pard",
    "{\\*\\",
    "\\u8364 ?",
    "\\uc0",
    "\\'c8",
    "\\bin5 ",
    "\\trowd",
    "\\cell",
    "\\row",
    "\\intbl",
    "\\f1",
    "\\fonttbl",
    "\\fcharset204",
    "\\info",
    "\\title",
    "\\footnote",
    "\\field",
    "\\fldinst",
    "\\fldrslt",
    "\\ansicpg1251",
    "\\deleted",
    "\\v ",
    "\\page",
    "\\listtext",
    "\\pict",
    "\\object",
    "\\fromhtml1",
    "\\htmltag",
    "\\htmlrtf",
    "\\upr",
    "\\ud",
    "\\sect",
    "\\creatim\\yr2024",
    "\\dbch",
    "\\loch",
    "\\nestcell",
];

pub(crate) fn rtf_seeds() -> Vec<Vec<u8>> {
    owned(&[
        b"\\ansi{\\fonttbl{\\f0\\fcharset204 A;}}{\\info{\\title Lease}{\\creatim\\yr2024\\mo5\\dy3}}\\f0 \\'c8\\u8364 ?\\par\\trowd\\intbl a\\cell b\\cell\\row\\pard x{\\footnote y}\\page z}",
        b"\\ansi\\ansicpg932\\'82\\'a0{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt y}}{\\pict\\bin4 ....}\\uc2\\u-10179 ab\\u-8704 cd}",
        b"\\ansi\\fromhtml1{\\*\\htmltag64 <p>}Rent\\htmlrtf x\\htmlrtf0 {\\*\\htmltag72 </p>}}",
        b"{{{{{{{{{{{{{{{{{{{{",
    ])
}

pub(crate) fn csv_seeds() -> Vec<Vec<u8>> {
    owned(&[
        b"a;b\n\"c;d\";2\n",
        b"a,b,c\r\n1,2\r\n\"x\"\"y\",,\r\n",
        b"a\tb\n\xe9\t2\n",
        b"sep=|\na|b\n",
    ])
}

pub(crate) const HTML: &[&str] = &[
    "<p>",
    "<table>",
    "<tr>",
    "<td colspan=2>",
    "<ul><li>",
    "<ol start=5>",
    "<h1>",
    "<pre>",
    "<script>",
    "<style>",
    "<template>",
    "<br>",
    "<!--",
    "-->",
    "<title>",
    "<meta charset=",
    "<svg>",
    "<math>",
    "&nbsp;",
    "&#8364;",
    "<select><option>",
    "<textarea>",
    "<frameset>",
    "<noscript>",
    "</",
];

pub(crate) fn html_seeds() -> Vec<Vec<u8>> {
    owned(&[
        b"<title>Lease</title><h1>Lease</h1><p>Rent is due.<table><tr><td>a<td>b</table><ol start=3><li>x<ul><li>y</ul></ol><pre> a\n b</pre>",
        b"<meta charset=windows-1251><p>\xc8\xe2\xe0\xed<script>alert(1)</script><style>p{}</style><!-- c --><br>&nbsp;&#8364;&bogus;",
        b"<div><div><div><div><b><i><a href=x><table><table><svg><p></svg>",
    ])
}

pub(crate) const MAIL: &[&str] = &[
    "Content-Type: multipart/mixed; boundary=x\r\n",
    "Content-Type: text/html; charset=",
    "Content-Type: message/rfc822\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Disposition: attachment; filename=",
    "filename*=utf-8''",
    "filename*0*=",
    "=?utf-8?Q?",
    "=?utf-8?B?",
    "?=",
    "\r\n\r\n",
    "--x\r\n",
    "--x--",
    "Subject: ",
    "Date: ",
    "From: ",
    "To: ",
    "begin 644 a\n",
    "\nFrom a@b.example Fri May  3 10:00:00 2024\n",
];

pub(crate) fn eml_seeds() -> Vec<Vec<u8>> {
    owned(&[
        b"From: a@b.example\nSubject: =?utf-8?Q?Le=C3=A4se?=\nDate: Fri, 3 May 2024 10:00:00 +0200\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>Rent\n--x\nContent-Disposition: attachment; filename*=utf-8''a%2e.txt\nContent-Transfer-Encoding: base64\n\nUmVudA==\n--x--\n",
        b"From: a@b.example\nContent-Type: multipart/alternative; boundary=y\n\n--y\n\nplain\n--y\nContent-Type: text/html; charset=koi8-r\nContent-Transfer-Encoding: quoted-printable\n\n=C8\n--y--\n",
        b"From: a@b.example\nContent-Type: message/rfc822\n\nFrom: c@d.example\nSubject: Inner\n\nx\n",
    ])
}

pub(crate) fn mbox_seeds() -> Vec<Vec<u8>> {
    owned(&[
        b"From: a@b.example\nSubject: Lease\n\nRent.\n>From here\n\nFrom c@b.example Fri May  3 10:00:00 2024\nSubject: Two\n\nx\n",
        b"Subject: One\r\n\r\nx\r\n\r\nFrom c Fri May  3 10:00:00 2024\r\n\r\nFrom d Fri May  3 10:00:00 2024\r\nSubject: Three\r\n\r\ny\r\n",
    ])
}

pub(crate) const TEXT: &[&str] = &[
    "\u{feff}",
    "\x0c",
    "\r\n",
    "\n\n",
    "# ",
    "- ",
    "1. ",
    " | ",
    "Discharge summary",
    "AGREEMENT",
    "Dear ",
    "dated 3 May 2024",
    "03.05.2024",
    "le 3 mai 2024",
    "\u{301}",
    "\u{ad}",
    "-\n",
    "\u{1b}$B",
];

pub(crate) fn text_seeds() -> Vec<Vec<u8>> {
    let units: Vec<u16> = "Lease\n\nRent of \u{a3}900 is due.\n\u{c}Signed.\n"
        .encode_utf16()
        .collect();
    let mut seeds = owned(&[
        b"Lease\n\nRent is due on 3 May 2024.\n\x0cSigned.\n",
        b"# Lease\n\n- *Rent* is due.\n\n| a | b |\n| - | - |\n",
        b"\xef\xbb\xbfD\xc3\xa9cision du 3 mai 2024\r\n",
        b"\xc4\xee\xe3\xee\xe2\xee\xf0 \xe0\xf0\xe5\xed\xe4\xfb\n",
        b"\x82\xb1\x82\xea\x82\xcd\x93\xfa\x96{\x8c\xea\n",
        b"\x1b$B$3$l$O\x1b(B\n",
        b"IN THE COUNTY COURT\nBETWEEN\nA. Osei   Claimant\nand\nB. Lind   Defendant\nex-\nample\n",
    ]);
    seeds.push(units.iter().flat_map(|unit| unit.to_le_bytes()).collect());
    seeds.push(
        [0xfe, 0xff]
            .into_iter()
            .chain(units.iter().flat_map(|unit| unit.to_be_bytes()))
            .collect(),
    );
    seeds
}
