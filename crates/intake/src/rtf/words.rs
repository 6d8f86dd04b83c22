//! What single control words mean: code pages and character sets, and destinations without text.

use crate::charset::Charset;

/// The code page of that number.
pub(super) fn code_page(number: Option<i32>) -> Option<Charset> {
    number
        .and_then(|number| u32::try_from(number).ok())
        .and_then(Charset::of_code_page)
}

/// The code page behind a font's character set; `None` for the document's own.
pub(super) fn code_page_of_charset(charset: i32) -> Option<i32> {
    Some(match charset {
        0 => 1252,
        2 => 42,
        77 => 10_000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        254 => 437,
        255 => 850,
        _ => return None,
    })
}

/// Destinations that are not the document's text although every reader knows them.
pub(super) fn is_left_out(word: &[u8]) -> bool {
    matches!(
        word,
        b"colortbl"
            | b"stylesheet"
            | b"pict"
            | b"objdata"
            | b"objclass"
            | b"objname"
            | b"fldinst"
            | b"datafield"
            | b"atnid"
            | b"xe"
            | b"tc"
            | b"tcn"
            | b"rxe"
            | b"txe"
            | b"private"
            | b"filetbl"
            | b"pntxta"
            | b"pntxtb"
            | b"nonshppict"
            | b"shprslt"
            | b"sp"
            | b"upr"
            | b"nonesttables"
            | b"ftnsep"
            | b"ftnsepc"
            | b"ftncn"
            | b"aftnsep"
            | b"aftnsepc"
            | b"aftncn"
            | b"themedata"
            | b"bkmkstart"
            | b"bkmkend"
            | b"listtable"
            | b"revtbl"
            | b"generator"
            | b"operator"
            | b"subject"
            | b"keywords"
            | b"comment"
            | b"doccomm"
            | b"hlinkbase"
            | b"buptim"
            | b"printim"
            | b"company"
            | b"manager"
            | b"category"
    )
}
