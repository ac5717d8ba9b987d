//! Texts of a column turned into small numbers, each distinct text understood once.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use polars::prelude::*;
use rustc_hash::FxBuildHasher;

use super::mapping::{Role, fold};
use super::refused::Reason;
use crate::domain::{Band, ExemptClass, Liability, Reduction, Tenure};

/// Codes from here on are reasons to refuse the row.
const REFUSED: u16 = 0x8000;
/// Distinct texts of a column that are kept; further ones are understood anew each time.
const MOST_TEXTS: usize = 1 << 12;
/// Distinct small areas that an extract may have.
pub const MOST_AREAS: usize = 20_000;

/// What a text means, as a small number whose sense depends on the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) u16);

impl Code {
    /// Nothing stated.
    pub(super) const NOTHING: Self = Self(0);

    fn refuse(reason: Reason) -> Self {
        Self(REFUSED | reason as u16)
    }

    pub(super) fn refusal(self) -> Option<Reason> {
        const REASONS: [Reason; 3] = [Reason::Unbanded, Reason::UnknownBand, Reason::BandOfWales];
        (self.0 & REFUSED != 0).then(|| {
            REASONS
                .into_iter()
                .find(|reason| *reason as u16 == self.0 & !REFUSED)
                .unwrap_or(Reason::UnknownText)
        })
    }

    /// The value behind the code, where one is stated.
    pub(super) fn of<T: Copy>(self, all: &[T]) -> Option<T> {
        usize::from(self.0).checked_sub(1).map(|index| all[index])
    }
}

/// Exempt without a class; classes A to W are 2 to 24.
pub(super) const EXEMPT: Code = Code(1);

/// The class of exemption behind a code.
pub(super) fn exempt_class(code: Code) -> Option<ExemptClass> {
    let letter = u8::try_from(code.0.checked_sub(2)?).ok()?;
    ExemptClass::of_letter(char::from(b'A' + letter))
}

/// Main home, empty, second home: the order of the codes of a status.
pub(super) const STATUSES: [Liability; 3] =
    [Liability::Full, Liability::Empty, Liability::SecondHome];
/// The order of the codes of a discount.
pub(super) const DISCOUNTS: [Liability; 4] = [
    Liability::Full,
    Liability::SingleAdult,
    Liability::OneCounted,
    Liability::AllDisregarded,
];

/// The texts of one column, understood.
#[derive(Debug)]
pub(super) struct Texts {
    role: Role,
    meanings: BTreeMap<String, &'static str>,
    wales: bool,
    known: IndexMap<Box<str>, (Code, u64), FxBuildHasher>,
    nothing: u64,
    not_kept: u64,
    areas: Areas,
}

/// Small areas in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Areas {
    /// Names in small letters with the code that stands for each.
    names: BTreeMap<String, String>,
    found: IndexMap<String, ()>,
    /// More than can be.
    pub(super) overflow: bool,
}

impl Areas {
    pub(super) fn into_names(self) -> Vec<String> {
        self.found.into_keys().collect()
    }

    fn code(&mut self, text: &str) -> Code {
        let area = match self.names.get(&fold(text)) {
            Some(code) => code.clone(),
            None if is_area_code(text) => text.to_owned(),
            None => return Code::NOTHING,
        };
        let (index, _) = self.found.insert_full(area, ());
        self.overflow |= index >= MOST_AREAS;
        Code(1 + index.min(MOST_AREAS) as u16)
    }
}

/// Whether a text is a code of a small area: an ONS code, a postcode sector, or a short code with a
/// digit in it. Anything else may be somebody's name or address, and is taken only where the mapping
/// or the authority's own wards name it.
fn is_area_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ons = bytes.len() == 9
        && bytes[0].is_ascii_uppercase()
        && bytes[1..].iter().all(u8::is_ascii_digit);
    let short = bytes.len() <= 4
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && (bytes.len() <= 2 || bytes.iter().any(u8::is_ascii_digit));
    let sector = text.split_once(' ').is_some_and(|(district, sector)| {
        let letters = district.bytes().take_while(u8::is_ascii_uppercase).count();
        let rest = &district.as_bytes()[letters..];
        (1..=2).contains(&letters)
            && (1..=2).contains(&rest.len())
            && rest[0].is_ascii_digit()
            && rest.iter().all(u8::is_ascii_alphanumeric)
            && sector.len() == 1
            && sector.as_bytes()[0].is_ascii_digit()
    });
    ons || short || sector
}

impl Texts {
    pub(super) fn new(
        role: Role,
        meanings: BTreeMap<String, &'static str>,
        wales: bool,
        area_names: BTreeMap<String, String>,
    ) -> Self {
        Self {
            role,
            meanings,
            wales,
            known: IndexMap::default(),
            nothing: 0,
            not_kept: 0,
            areas: Areas {
                names: area_names,
                ..Areas::default()
            },
        }
    }

    /// The codes of a column.
    ///
    /// # Errors
    /// When the column can hold no text.
    pub(super) fn codes(&mut self, column: &Column, into: &mut Vec<Code>) -> PolarsResult<()> {
        into.clear();
        into.reserve(column.len());
        let series = column.as_materialized_series();
        let cast;
        let texts = match series.dtype() {
            DataType::String => series.str()?,
            DataType::Float64 | DataType::Float32 => {
                // Whole numbers that some program made floating: 25.0 is 25.
                let text =
                    |number: Option<f64>| number.filter(|n| !n.is_nan()).map(|n| n.to_string());
                cast = series.cast(&DataType::Float64)?;
                for number in cast.f64()?.iter() {
                    into.push(self.code(text(number).as_deref().unwrap_or("")));
                }
                return Ok(());
            }
            _ => {
                cast = series.cast(&DataType::String)?;
                cast.str()?
            }
        };
        let whole = texts.null_count() == 0;
        for chunk in texts.downcast_iter() {
            if !whole {
                into.extend(chunk.iter().map(|text| self.code(text.unwrap_or(""))));
            } else {
                into.extend(chunk.values_iter().map(|text| self.code(text)));
            }
        }
        Ok(())
    }

    #[inline]
    fn code(&mut self, text: &str) -> Code {
        if text.is_empty() {
            self.nothing += 1;
            return self.of_nothing();
        }
        if let Some((code, n)) = self.known.get_mut(text) {
            *n += 1;
            return *code;
        }
        self.first_met(text)
    }

    fn of_nothing(&self) -> Code {
        match self.role {
            Role::Band => Code::refuse(Reason::Unbanded),
            Role::Liability => Code::refuse(Reason::UnknownText),
            _ => Code::NOTHING,
        }
    }

    #[cold]
    fn first_met(&mut self, text: &str) -> Code {
        let code = self.understood(text.trim());
        if self.known.len() < MOST_TEXTS || (self.role == Role::Ward && code != Code::NOTHING) {
            self.known.insert(text.into(), (code, 1));
        } else {
            self.not_kept += 1;
        }
        code
    }

    fn understood(&mut self, text: &str) -> Code {
        if text.is_empty() {
            return self.of_nothing();
        }
        let unknown = Code::refuse(Reason::UnknownText);
        let position = |place: Option<usize>| place.map_or(unknown, |at| Code(1 + at as u16));
        let meaning = || self.meanings.get(&fold(text)).copied();
        match self.role {
            Role::Band => band(text, self.wales),
            Role::Ward => self.areas.code(text),
            Role::Disabled => match meaning() {
                Some("yes") => Code(1),
                Some(_) => Code::NOTHING,
                None => unknown,
            },
            Role::Liability => position(
                Liability::ALL
                    .iter()
                    .position(|one| Some(one.code()) == meaning()),
            ),
            Role::Discount => match meaning() {
                Some("none") => Code::NOTHING,
                meaning => position(DISCOUNTS.iter().position(|one| Some(one.code()) == meaning)),
            },
            Role::Status => match meaning() {
                Some("main") => Code::NOTHING,
                meaning => position(STATUSES.iter().position(|one| Some(one.code()) == meaning)),
            },
            Role::Exemption => match meaning() {
                Some("none") => Code::NOTHING,
                Some(_) => EXEMPT,
                None => exemption(text).unwrap_or(unknown),
            },
            Role::Kind => match meaning() {
                Some("none") => Code::NOTHING,
                meaning => position(
                    Reduction::ALL
                        .iter()
                        .position(|one| Some(one.code()) == meaning),
                ),
            },
            Role::Tenure => meaning()
                .and_then(|meaning| Tenure::ALL.iter().position(|one| one.code() == meaning))
                .map_or(Code::NOTHING, |at| Code(1 + at as u16)),
            _ => unknown,
        }
    }

    /// Rows that state nothing.
    pub(super) fn nothing(&self) -> u64 {
        self.nothing
    }

    /// Texts that mean something with the rows they stand in, the commonest first; and the rows of
    /// all other texts.
    pub(super) fn counts(&self) -> (Vec<(String, String, u64)>, u64) {
        let mut others = self.not_kept;
        let mut texts = Vec::new();
        for (text, &(code, n)) in &self.known {
            let meaning = match code.refusal() {
                Some(_) => None,
                None => self.meaning_of(code),
            };
            match meaning {
                Some(meaning) => texts.push((text.trim().to_owned(), meaning, n)),
                None => others += n,
            }
        }
        texts.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
        (texts, others)
    }

    fn meaning_of(&self, code: Code) -> Option<String> {
        let named = |text: &str| Some(text.to_owned());
        match self.role {
            Role::Band => code.of(&Band::ALL).map(|band| band.to_string()),
            Role::Disabled => named(if code == Code::NOTHING { "no" } else { "yes" }),
            Role::Liability => code.of(&Liability::ALL).map(|one| one.to_string()),
            Role::Discount => match code.of(&DISCOUNTS) {
                None => named("none"),
                Some(one) => named(one.code()),
            },
            Role::Status => match code.of(&STATUSES) {
                None => named("main"),
                Some(one) => named(one.code()),
            },
            Role::Exemption if code == Code::NOTHING => named("none"),
            Role::Exemption => Some(
                exempt_class(code)
                    .map_or("exempt".to_owned(), |one| format!("class {}", one.letter())),
            ),
            Role::Kind => match code.of(&Reduction::ALL) {
                None => named("none"),
                Some(one) => named(one.code()),
            },
            Role::Tenure => code.of(&Tenure::ALL).map(|one| one.to_string()),
            _ => None,
        }
    }

    pub(super) fn areas(&self) -> &Areas {
        &self.areas
    }

    pub(super) fn into_areas(self) -> Areas {
        self.areas
    }
}

fn band(text: &str, wales: bool) -> Code {
    let letter = fold(text);
    let letter = letter
        .strip_prefix("band ")
        .unwrap_or(&letter)
        .to_ascii_uppercase();
    if letter == "I" && !wales {
        return Code::refuse(Reason::BandOfWales);
    }
    match letter.parse::<Band>() {
        Ok(band) => Code(1 + band.index() as u16),
        Err(_) => Code::refuse(Reason::UnknownBand),
    }
}

/// `N`, `n`, `Class N`, `Exempt class N`.
fn exemption(text: &str) -> Option<Code> {
    let folded = fold(text);
    let folded = folded.strip_prefix("exempt ").unwrap_or(&folded);
    let mut letters = folded.strip_prefix("class ").unwrap_or(folded).chars();
    let class = ExemptClass::of_letter(letters.next()?)?;
    letters
        .next()
        .is_none()
        .then(|| Code(2 + u16::from(class.letter() as u8 - b'A')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_codes_and_not_people() {
        for code in [
            "E05015507",
            "W05001234",
            "DE1 2",
            "DE21 4",
            "W1A 1",
            "AB",
            "AB1",
            "12",
        ] {
            assert!(is_area_code(code), "{code}");
        }
        for person in [
            "Smith",
            "Lee",
            "100012345678",
            "DE1 2AB",
            "1 High Street",
            "A Person",
            "12345",
            "",
        ] {
            assert!(!is_area_code(person) || person.is_empty(), "{person}");
        }
    }

    #[test]
    fn bands_are_read_as_they_are_written_and_never_guessed() {
        assert_eq!(band("A", false), Code(1));
        assert_eq!(band("band d", false), Code(4));
        assert_eq!(band("I", false).refusal(), Some(Reason::BandOfWales));
        assert_eq!(band("Z", false).refusal(), Some(Reason::UnknownBand));
    }

    #[test]
    fn exemptions_have_classes() {
        assert_eq!(
            exemption("Class N")
                .and_then(exempt_class)
                .map(ExemptClass::letter),
            Some('N')
        );
        assert_eq!(
            exemption("b")
                .and_then(exempt_class)
                .map(ExemptClass::letter),
            Some('B')
        );
        assert_eq!(exemption("X"), None);
        assert_eq!(exemption("NN"), None);
    }
}
