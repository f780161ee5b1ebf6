//! Vietnamese that was typed in an old 8-bit encoding and pasted as if it were Unicode: told by its words, because each of
//! its letters is a letter or sign of Western Europe, too (source: field reality, text).

use unicode_normalization::UnicodeNormalization;

/// An encoding from before Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldEncoding {
    /// TCVN 5712, "ABC": one sign for each letter.
    Tcvn3,
    /// VNI: a letter and its marks side by side.
    Vni,
}

impl OldEncoding {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "TCVN3 (ABC)",
            Self::Vni => "VNI",
        }
    }

    fn decoded(self, word: &str) -> Option<String> {
        match self {
            Self::Tcvn3 => tcvn3(word),
            Self::Vni => vni(word),
        }
    }
}

/// Most words that are looked at; what comes behind them is written as they are.
const MOST_WORDS: usize = 2000;

/// Letters of this block that Vietnamese has in Unicode, too.
const OURS: &str = "àáâãèéêìíòóôõùúý";

/// The old encoding a text is written in: more of its words are Vietnamese when read in that encoding alone than as they
/// stand. A word that can be read either way decides nothing, one of our own letters not by itself: Kót is a name.
#[must_use]
pub fn old_encoding(text: &str) -> Option<OldEncoding> {
    // Only signs of this block stand for letters of the old encodings.
    let is_sign = |c: char| ('\u{a1}'..='\u{ff}').contains(&c);
    if !text.chars().any(is_sign) {
        return None;
    }
    let foreign = |c: char| is_sign(c) && !c.to_lowercase().any(|c| OURS.contains(c));
    let [mut tcvn3, mut vni] = [(0_i32, false); 2];
    let words = text.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    // A micrometre is no word.
    let words = words.filter(|word| !word.is_ascii() && !word.starts_with('µ'));
    for word in words.take(MOST_WORDS) {
        let stands = is_syllable(word.trim_matches(|c: char| !c.is_alphabetic() || "ªº".contains(c)));
        for (of, (balance, is_sure)) in [(OldEncoding::Tcvn3, &mut tcvn3), (OldEncoding::Vni, &mut vni)] {
            let reads = of.decoded(word).is_some_and(|read| !read.is_ascii() && is_syllable(&read));
            *balance += i32::from(reads) - i32::from(stands);
            *is_sure |= reads && !stands && word.chars().any(foreign);
        }
    }
    let (of, (balance, is_sure)) =
        if tcvn3.0 >= vni.0 { (OldEncoding::Tcvn3, tcvn3) } else { (OldEncoding::Vni, vni) };
    (balance > 1 || (balance == 1 && is_sure)).then_some(of)
}

/// Letters of TCVN3 from U+00A1 on; a blank where it has none.
const TCVN3: &str =
    "ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ";

fn tcvn3(word: &str) -> Option<String> {
    word.chars()
        .map(|c| {
            if c.is_ascii() {
                return Some(c);
            }
            let place = usize::try_from(u32::from(c).checked_sub(0xA1)?).ok()?;
            TCVN3.chars().nth(place).filter(|c| *c != ' ')
        })
        .collect()
}

const GRAVE: char = '\u{300}';
const ACUTE: char = '\u{301}';
const CIRCUMFLEX: char = '\u{302}';
const TILDE: char = '\u{303}';
const BREVE: char = '\u{306}';
const HOOK: char = '\u{309}';
const HORN: char = '\u{31b}';
const DOT: char = '\u{323}';

/// Signs that stand behind a letter in VNI: behind which letters, and what they put on it.
const MARKS: [(char, &str, &[char]); 17] = [
    ('ø', "aeiouyôö", &[GRAVE]),
    ('ù', "aeiouyôö", &[ACUTE]),
    ('û', "aeiouyôö", &[HOOK]),
    ('õ', "aeiouyôö", &[TILDE]),
    ('ï', "aeiouyôö", &[DOT]),
    ('â', "aeo", &[CIRCUMFLEX]),
    ('à', "aeo", &[CIRCUMFLEX, GRAVE]),
    ('á', "aeo", &[CIRCUMFLEX, ACUTE]),
    ('å', "aeo", &[CIRCUMFLEX, HOOK]),
    ('ã', "aeo", &[CIRCUMFLEX, TILDE]),
    ('ä', "aeo", &[CIRCUMFLEX, DOT]),
    ('ê', "a", &[BREVE]),
    ('è', "a", &[BREVE, GRAVE]),
    ('é', "a", &[BREVE, ACUTE]),
    ('ú', "a", &[BREVE, HOOK]),
    ('ü', "a", &[BREVE, TILDE]),
    ('ë', "a", &[BREVE, DOT]),
];

fn vni(word: &str) -> Option<String> {
    let mut out = String::new();
    let mut before = ' ';
    for c in word.to_lowercase().chars() {
        let mark = MARKS.iter().find(|(sign, behind, _)| *sign == c && behind.contains(before));
        match (mark, c) {
            (Some((_, _, marks)), _) => out.extend(*marks),
            (None, c) if c.is_ascii() => out.push(c),
            (None, 'ñ') => out.push('đ'),
            (None, 'ô') => out.extend(['o', HORN]),
            (None, 'ö') => out.extend(['u', HORN]),
            (None, 'ì') => out.extend(['i', GRAVE]),
            (None, 'í') => out.extend(['i', ACUTE]),
            (None, 'æ') => out.extend(['i', HOOK]),
            (None, 'ó') => out.extend(['i', TILDE]),
            (None, 'ò') => out.extend(['i', DOT]),
            (None, 'î') => out.extend(['y', DOT]),
            (None, _) => return None,
        }
        // A letter bears one sign.
        before = if mark.is_some() { ' ' } else { c };
    }
    Some(out.nfc().collect())
}

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p",
    "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
];

/// How syllables end, without their tone.
const RHYMES: &str = " a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en \
    eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam \
    oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp \
    ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ up ut uy uya uych uyên uyêt uyn uynh uyp uyt \
    uyu uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu ";

/// Whether a word is written as one Vietnamese syllable is: an onset, a rhyme, and at most one tone, where it belongs.
fn is_syllable(word: &str) -> bool {
    let (mut plain, mut tone) = (Vec::new(), None);
    for letter in word.to_lowercase().nfc() {
        let marks: Vec<char> = letter.nfd().collect();
        let is_tone = |c: &char| [GRAVE, ACUTE, TILDE, HOOK, DOT].contains(c);
        if marks.iter().any(is_tone) && tone.replace(plain.len()).is_some() {
            return false;
        }
        plain.extend(marks.into_iter().filter(|c| !is_tone(c)).nfc());
    }
    ONSETS.iter().any(|onset| {
        let length = onset.chars().count();
        let rhyme: String = plain.iter().skip(length).collect();
        let begins = plain.iter().take(length).copied().eq(onset.chars());
        let thin = rhyme.starts_with(['e', 'ê', 'i', 'y']);
        let fits = match *onset {
            "gh" | "k" | "ngh" => thin,
            "c" | "ng" => !thin,
            "g" => !thin || rhyme.starts_with('i'),
            _ => true,
        };
        let is_rhyme = !rhyme.is_empty() && RHYMES.contains(&format!(" {rhyme} "));
        let placed = |tone: usize| tone.checked_sub(length).is_some_and(|at| bears_tone(&rhyme, at));
        begins && fits && is_rhyme && tone.is_none_or(placed)
    })
}

/// Whether the letter at this place of a rhyme is one that bears its tone, in the old or the new manner.
fn bears_tone(rhyme: &str, at: usize) -> bool {
    let letters: Vec<char> = rhyme.chars().collect();
    if let Some(marked) = letters.iter().rposition(|c| "ăâêôơư".contains(*c)) {
        return at == marked;
    }
    let vowels = letters.iter().take_while(|c| "aeiouy".contains(**c)).count();
    match (vowels, rhyme) {
        (1, _) => at == 0,
        (2, "oa" | "oe" | "uy") => at < 2,
        (2, _) if letters.len() == 2 => at == 0,
        (2, _) => at == 1,
        _ => at == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sentences_in_old_encodings_are_told() {
        for text in [
            "Céng hßa x· héi chñ nghÜa ViÖt Nam",
            "X· Ph\u{ad}íc Ninh",
            "Ph\u{ad}êng Phó L\u{ad}¬ng",
            "UBND x· Minh Quang ch\u{ad}a niªm yÕt thñ tôc",
            "Hµ Néi",
            "HuyÖn N«ng S¬n",
        ] {
            assert_eq!(old_encoding(text), Some(OldEncoding::Tcvn3), "{text}");
        }
        for text in [
            "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam",
            "Xaõ Phöôùc Ninh",
            "Phöôøng Phuù Löông",
            "Huyeän Noâng Sôn",
            "chöa nieâm yeát thuû tuïc",
        ] {
            assert_eq!(old_encoding(text), Some(OldEncoding::Vni), "{text}");
        }
    }

    #[test]
    fn what_is_unicode_is_left_alone() {
        for text in [
            "Cộng hòa xã hội chủ nghĩa Việt Nam",
            "Xã Phước Ninh",
            "Phường Thủy Xuân, thuỷ lợi, khoẻ mạnh, quý báu, giếng nước, hướng dẫn",
            "Diện tích 40 m², dày 5 µm, nhiệt độ 30 °C, § 5, ½ ngày, 3 × 4",
            "«Quy tắc ứng xử» của Hà Nội®, chú thích¹",
            "Café Zürich, résumé, naïve, São Paulo, Citroën, España, Köln, crème brûlée, Noël",
            "Đắk Lắk, Ea H'leo, Pleiku, Krông Pắc, Chư Sê",
            "déjà vu",
            "Kót",
            "â",
            "plain words",
        ] {
            assert_eq!(old_encoding(text), None, "{text}");
        }
    }

    /// Whatever the library and the register of the seeds hold is taken as it is, whole and word by word.
    #[test]
    fn nothing_that_ships_is_taken_for_an_old_encoding() {
        for file in [
            include_str!("../../library/units.json"),
            include_str!("../../library/oss.json"),
            include_str!("../../library/con.json"),
            include_str!("../../library/cit.json"),
            include_str!("../../library/ari.json"),
            include_str!("../../library/agy.json"),
        ] {
            for text in file.split('"').flat_map(|text| std::iter::once(text).chain(text.split(' '))) {
                assert_eq!(old_encoding(text), None, "{text}");
            }
        }
    }
}
