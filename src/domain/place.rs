//! Authorities and where they are.

use std::fmt;
use std::str::FromStr;

use super::band::Band;
use super::share::Share;

/// A nation with a council tax law of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nation {
    /// England: bands A to H by values of 1991; referendums on excessive rises.
    England,
    /// Wales: bands A to I by values of 2003; no referendums.
    Wales,
}

impl Nation {
    /// The nation of an ONS code: Welsh codes begin with W.
    pub fn of_code(code: &str) -> Self {
        if code.starts_with('W') {
            Self::Wales
        } else {
            Self::England
        }
    }

    /// The valuation bands of the nation, cheapest first.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::{Band, Nation};
    /// assert_eq!(Nation::England.bands().last(), Some(&Band::H));
    /// assert_eq!(Nation::Wales.bands().last(), Some(&Band::I));
    /// ```
    pub const fn bands(self) -> &'static [Band] {
        let (english, _) = Band::ALL.split_at(Band::I.index());
        match self {
            Self::England => english,
            Self::Wales => &Band::ALL,
        }
    }

    /// The bands in words: `A to H`.
    pub const fn bands_in_words(self) -> &'static str {
        match self {
            Self::England => "A to H",
            Self::Wales => "A to I",
        }
    }
}

impl fmt::Display for Nation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::England => "England",
            Self::Wales => "Wales",
        })
    }
}

/// The nine-character code that the Office for National Statistics gives an authority.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorityCode(String);

/// The text is no code of an English or Welsh authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an authority code (allowed: E or W and eight digits, such as E06000015)")]
pub struct NotACode(String);

impl AuthorityCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nation that it lies in.
    pub fn nation(&self) -> Nation {
        Nation::of_code(&self.0)
    }
}

impl FromStr for AuthorityCode {
    type Err = NotACode;
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let digits = text.strip_prefix(['E', 'W']).filter(|rest| rest.len() == 8);
        match digits {
            Some(rest) if rest.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(NotACode(text.to_owned())),
        }
    }
}

impl fmt::Display for AuthorityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The class of an authority, which decides its referendum principle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuthorityClass {
    /// A district under a county council.
    ShireDistrict,
    /// A council that does everything in its area.
    Unitary,
    /// A borough of a metropolitan county.
    MetropolitanDistrict,
    /// A borough of outer London.
    OuterLondon,
    /// A borough of inner London, or the City.
    InnerLondon,
    /// A county or county borough council in Wales.
    WelshPrincipalArea,
    /// A county council above districts: it precepts on them.
    County,
    /// A police and crime commissioner, or a mayor with police functions.
    Police,
    /// A fire and rescue authority with a precept of its own.
    Fire,
    /// The Greater London Authority.
    GreaterLondon,
    /// A combined authority with a mayor.
    CombinedAuthority,
}

impl AuthorityClass {
    const ALL: [Self; 11] = [
        Self::ShireDistrict,
        Self::Unitary,
        Self::MetropolitanDistrict,
        Self::OuterLondon,
        Self::InnerLondon,
        Self::WelshPrincipalArea,
        Self::County,
        Self::Police,
        Self::Fire,
        Self::GreaterLondon,
        Self::CombinedAuthority,
    ];

    /// Whether it bills: others have their precepts on its bills.
    pub const fn bills(self) -> bool {
        match self {
            Self::ShireDistrict
            | Self::Unitary
            | Self::MetropolitanDistrict
            | Self::OuterLondon
            | Self::InnerLondon
            | Self::WelshPrincipalArea => true,
            Self::County
            | Self::Police
            | Self::Fire
            | Self::GreaterLondon
            | Self::CombinedAuthority => false,
        }
    }

    /// What it is called for short: a council, or an authority.
    pub const fn called(self) -> &'static str {
        match self {
            Self::Police | Self::Fire | Self::GreaterLondon | Self::CombinedAuthority => {
                "authority"
            }
            Self::ShireDistrict
            | Self::Unitary
            | Self::MetropolitanDistrict
            | Self::OuterLondon
            | Self::InnerLondon
            | Self::WelshPrincipalArea
            | Self::County => "council",
        }
    }

    /// The row of the table of principles that applies where the authority is not named.
    pub const fn principle(self) -> &'static str {
        match self {
            Self::Unitary
            | Self::MetropolitanDistrict
            | Self::OuterLondon
            | Self::InnerLondon
            | Self::County => "social_care",
            Self::ShireDistrict => "shire_district",
            Self::WelshPrincipalArea => "wales",
            Self::Police => "police",
            Self::Fire => "fire",
            Self::GreaterLondon => "greater_london_authority",
            Self::CombinedAuthority => "combined_authority",
        }
    }

    /// The abbreviation in official tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ShireDistrict => "SD",
            Self::Unitary => "UA",
            Self::MetropolitanDistrict => "MD",
            Self::OuterLondon => "OLB",
            Self::InnerLondon => "ILB",
            Self::WelshPrincipalArea => "WPA",
            Self::County => "SC",
            Self::Police => "PCC",
            Self::Fire => "CFA",
            Self::GreaterLondon => "GLA",
            Self::CombinedAuthority => "CA",
        }
    }

    /// The class in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ShireDistrict => "shire district",
            Self::Unitary => "unitary authority",
            Self::MetropolitanDistrict => "metropolitan district",
            Self::OuterLondon => "outer London borough",
            Self::InnerLondon => "inner London borough",
            Self::WelshPrincipalArea => "Welsh county or county borough council",
            Self::County => "county council",
            Self::Police => "police and crime commissioner",
            Self::Fire => "fire and rescue authority",
            Self::GreaterLondon => "Greater London Authority",
            Self::CombinedAuthority => "combined authority",
        }
    }
}

/// The text is no class of authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a class of authority (allowed: SD, UA, MD, OLB, ILB, WPA, SC, PCC, CFA, GLA, CA)"
)]
pub struct NotAClass(String);

impl FromStr for AuthorityClass {
    type Err = NotAClass;
    fn from_str(text: &str) -> Result<Self, NotAClass> {
        Self::ALL
            .into_iter()
            .find(|class| class.code() == text)
            .ok_or_else(|| NotAClass(text.to_owned()))
    }
}

/// An authority with an amount of its own on council tax bills.
#[derive(Debug, Clone, PartialEq)]
pub struct Authority {
    /// Its code.
    pub code: AuthorityCode,
    /// Its name, as councils write it.
    pub name: String,
    /// Its class.
    pub class: AuthorityClass,
    /// Its region.
    pub region: String,
    /// The county council or the Greater London Authority above it, or itself.
    pub upper_tier: String,
    /// Turnout in the referendum of 2016, which stands in for how readily its electors vote.
    pub turnout_2016: Share,
    /// Electorate in the referendum of 2016.
    pub electorate_2016: i64,
}

impl Authority {
    /// Whether official tables print its full name: not that of its place alone, and not one of
    /// several functions of a body (`... - Police`).
    pub fn has_full_name(&self) -> bool {
        let class = matches!(
            self.class,
            AuthorityClass::Police
                | AuthorityClass::Fire
                | AuthorityClass::GreaterLondon
                | AuthorityClass::CombinedAuthority
        );
        class && !self.name.contains(" - ")
    }
}

/// A kind of small area inside an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AreaKind {
    /// An electoral ward, of May 2024.
    Ward,
    /// A lower layer super output area of 2021: some 700 homes.
    Lsoa,
    /// A middle layer super output area of 2021: some 3,500 homes.
    Msoa,
}

impl AreaKind {
    /// All kinds, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::Ward, Self::Lsoa, Self::Msoa];

    /// The kind in words, in the plural and with its year: a title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ward => "wards of May 2024",
            Self::Lsoa => "lower layer super output areas of 2021",
            Self::Msoa => "middle layer super output areas of 2021",
        }
    }
}

impl fmt::Display for AreaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ward => "ward",
            Self::Lsoa => "lsoa",
            Self::Msoa => "msoa",
        })
    }
}

/// In what detail homes and votes are modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// A billing authority is one area.
    Authority,
    /// Small areas of a kind.
    Areas(AreaKind),
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority => f.pad("authority"),
            Self::Areas(kind) => kind.fmt(f),
        }
    }
}

impl FromStr for Detail {
    type Err = NotADetail;
    fn from_str(text: &str) -> Result<Self, NotADetail> {
        match text {
            "authority" => Ok(Self::Authority),
            _ => match text.parse() {
                Ok(kind) => Ok(Self::Areas(kind)),
                Err(_) => Err(NotADetail(text.to_owned())),
            },
        }
    }
}

/// The text names no detail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no detail (allowed: ward, lsoa, msoa, authority)")]
pub struct NotADetail(String);

/// The text is no kind of small area.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a kind of area (allowed: ward, lsoa, msoa)")]
pub struct NotAnAreaKind(String);

impl FromStr for AreaKind {
    type Err = NotAnAreaKind;
    /// Reads the word of a kind.
    ///
    /// # Errors
    /// When the text is none of them.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::AreaKind;
    /// assert_eq!("lsoa".parse(), Ok(AreaKind::Lsoa));
    /// let error = "parish".parse::<AreaKind>().unwrap_err().to_string();
    /// assert_eq!(error, "\"parish\" is not a kind of area (allowed: ward, lsoa, msoa)");
    /// ```
    fn from_str(text: &str) -> Result<Self, NotAnAreaKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or_else(|| NotAnAreaKind(text.to_owned()))
    }
}

/// Whether a small area lies in town or country, by the rural urban classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A village, a hamlet or a small town away from larger ones.
    Rural,
    /// A town or city.
    Urban,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rural => "rural",
            Self::Urban => "urban",
        })
    }
}

/// The text is neither rural nor urban.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no setting (allowed: rural, urban)")]
pub struct NotASetting(String);

impl FromStr for Setting {
    type Err = NotASetting;
    fn from_str(text: &str) -> Result<Self, NotASetting> {
        [Self::Rural, Self::Urban]
            .into_iter()
            .find(|setting| setting.to_string() == text)
            .ok_or_else(|| NotASetting(text.to_owned()))
    }
}
