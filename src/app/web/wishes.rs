//! What a better proposal must keep to: names and values of a link beside those of the state.

use std::collections::BTreeMap;

use bandwise::domain::{Band, Pence, Rise, Share};
use bandwise::simulation::frontier::Wishes;

use super::choices::{Choices, Field, Holds, percent, percent_of, shortened};
use super::refused::Refused;
use super::site::Site;

/// Least share of homes frozen, percent.
pub const FROZEN: &str = "frozen";
/// Largest headline, percent.
pub const MOST_HEADLINE: &str = "most-headline";
/// Largest rise of a band, percent; the band's letter follows.
pub const MOST_RISE: &str = "most-rise-";
/// Largest rise of a full bill of the own part, pounds a year.
pub const MOST_POUNDS: &str = "most-pounds";
/// Least Kakwani index.
pub const PROGRESSIVITY: &str = "progressivity";
/// Draws that the search is made on.
pub const SEARCH_DRAWS: &str = "search-draws";
/// Whether to search at once.
pub const SEARCH: &str = "search";

/// All names, in the order of the form; a band's letter follows where one ends in a hyphen.
pub const FIELDS: [Field; 7] = [
    Field {
        name: FROZEN,
        about: "Least share of homes frozen in the council's own part, percent (default: as the proposal).",
        holds: Holds::Percent(0, 100),
    },
    Field {
        name: MOST_HEADLINE,
        about: "Largest headline, percent (default: 100, or the proposal's where that is more).",
        holds: Holds::Percent(-100, 300),
    },
    Field {
        name: MOST_RISE,
        about: "Largest rise of the band, percent (default: no limit of its own).",
        holds: Holds::Percent(0, 300),
    },
    Field {
        name: MOST_POUNDS,
        about: "Largest rise of any full bill of the own part, pounds a year (default: no limit).",
        holds: Holds::Number(0, 1_000_000),
    },
    Field {
        name: PROGRESSIVITY,
        about: "Least Kakwani index of the council's own part (default: no limit).",
        holds: Holds::Number(-2, 1),
    },
    Field {
        name: SEARCH_DRAWS,
        about: "Draws that the search is made on (default 2,048).",
        holds: Holds::Whole(100, 20_000),
    },
    Field {
        name: SEARCH,
        about: "On the page: whether to search at once.",
        holds: Holds::OneOf(&["yes"]),
    },
];
/// More pounds a year than any bill.
const MOST_POUNDS_A_YEAR: Pence = Pence::from_pence(100_000_000);
/// The longest value, bytes.
const LONGEST_VALUE: usize = 40;

/// A state, and what to look for in the place of its proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The state.
    pub choices: Choices,
    /// What must be kept to.
    pub wishes: Wishes,
    /// Whether to search at once.
    pub search: bool,
}

impl Asked {
    /// Reads a state and wishes from the query of a link. Empty values say nothing.
    ///
    /// # Errors
    /// When a name is unknown or stands twice, or a value is not allowed.
    pub fn read(query: &str, site: &Site) -> Result<Self, Refused> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let mut state = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !is_wish(&name) {
                state.append_pair(&name, &value);
                continue;
            }
            let value = value.trim();
            if value.len() > LONGEST_VALUE || value.contains(char::is_control) {
                return Err(Refused::bad_input(format!(
                    "{name}: too long, or not plain text (allowed: {LONGEST_VALUE} bytes)"
                )));
            }
            if values.insert(name.to_string(), value.to_owned()).is_some() {
                return Err(Refused::bad_input(format!(
                    "{name}: stands twice (allowed: once)"
                )));
            }
        }
        values.retain(|_, value| !value.is_empty());
        let search = match values.get(SEARCH).map(String::as_str) {
            None => false,
            Some("yes") => true,
            Some(other) => return Err(not_allowed(SEARCH, other, "yes")),
        };
        Ok(Self {
            choices: Choices::read(&state.finish(), site)?,
            wishes: wishes(&values)?,
            search,
        })
    }

    /// The query of the link that asks for the same, without pins.
    pub fn link(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(self.choices.link());
        for (name, value) in values(&self.wishes) {
            query.append_pair(&name, &value);
        }
        query.finish()
    }
}

/// Wishes as names and values, those that are stated.
pub fn values(wishes: &Wishes) -> Vec<(String, String)> {
    let mut values = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        values.extend(value.map(|value| (name.to_owned(), value)));
    };
    let frozen = wishes.frozen.map(|share| percent_of(share.millionths()));
    add(FROZEN, frozen);
    let headline = wishes
        .most_headline
        .map(|rise| percent_of(rise.millionths()));
    add(MOST_HEADLINE, headline);
    for (band, rise) in &wishes.most_rise {
        add(
            &format!("{MOST_RISE}{band}"),
            Some(percent_of(rise.millionths())),
        );
    }
    let pounds = wishes.most_pounds.map(|most| most.pounds().to_string());
    add(MOST_POUNDS, pounds);
    let index = wishes.progressivity.map(|index| index.to_string());
    add(PROGRESSIVITY, index);
    let draws = wishes.search_draws;
    let usual = draws == Wishes::default().search_draws;
    add(SEARCH_DRAWS, (!usual).then(|| draws.to_string()));
    values
}

/// Whether a name of a link is a wish.
pub fn is_wish(name: &str) -> bool {
    match name.strip_prefix(MOST_RISE) {
        Some(band) => band.parse::<Band>().is_ok(),
        None => FIELDS.iter().any(|field| field.name == name),
    }
}

/// The same meanings and limits as those of the options of `bandwise frontier`.
fn wishes(values: &BTreeMap<String, String>) -> Result<Wishes, Refused> {
    let rise = |name: &str, low: i32| -> Result<Option<Rise>, Refused> {
        let read = |text: &String| percent(name, text, low, 300).map(Rise::from_millionths);
        values.get(name).map(read).transpose()
    };
    let share = |text: &String| {
        let millionths = percent(FROZEN, text, 0, 100)?;
        Share::of(millionths, 1_000_000).ok_or_else(|| not_allowed(FROZEN, text, "0 to 100"))
    };
    let pounds = |text: &String| {
        let found = Pence::parse_pounds(text.trim_start_matches('£')).ok();
        found
            .filter(|most| (Pence::ZERO..=MOST_POUNDS_A_YEAR).contains(most))
            .ok_or_else(|| not_allowed(MOST_POUNDS, text, "0 to 1000000 pounds, such as 150"))
    };
    let index = |text: &String| {
        let found = text.parse::<f64>().ok();
        found
            .filter(|index| (-2.0..=1.0).contains(index))
            .ok_or_else(|| not_allowed(PROGRESSIVITY, text, "-2 to 1"))
    };
    let draws = |text: &String| {
        let found = text.parse::<u32>().ok();
        found
            .filter(|draws| (100..=20_000).contains(draws))
            .ok_or_else(|| not_allowed(SEARCH_DRAWS, text, "100 to 20000"))
    };
    let mut most_rise = Vec::new();
    for band in Band::ALL {
        let found = rise(&format!("{MOST_RISE}{band}"), 0)?;
        most_rise.extend(found.map(|rise| (band, rise)));
    }
    let draws = values.get(SEARCH_DRAWS).map(draws).transpose()?;
    Ok(Wishes {
        frozen: values.get(FROZEN).map(share).transpose()?,
        progressivity: values.get(PROGRESSIVITY).map(index).transpose()?,
        most_headline: rise(MOST_HEADLINE, -100)?,
        most_rise,
        most_pounds: values.get(MOST_POUNDS).map(pounds).transpose()?,
        search_draws: draws.unwrap_or(Wishes::default().search_draws),
    })
}

fn not_allowed(name: &str, value: &str, allowed: &str) -> Refused {
    Refused::bad_input(format!(
        "{name}: {:?} is not allowed (allowed: {allowed})",
        shortened(value)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::open().unwrap_or_else(|_| panic!("the embedded tables hold together"))
    }

    #[test]
    fn wishes_stand_beside_a_state_and_come_back_from_their_link() {
        let site = site();
        let state = "start=williamson-2018&authority=Sandwell&seed=7";
        let link = format!(
            "{state}&frozen=85.5&most-headline=20&most-rise-D=4.99&most-rise-H=100&most-pounds=150.5\
             &progressivity=-0.2&search-draws=512&pin=start%3Dgentle-efgh"
        );
        let asked = Asked::read(&format!("{link}&search=yes"), &site).unwrap();
        assert!(asked.search);
        assert_eq!(asked.choices.link(), state);
        assert_eq!(asked.choices.pins, ["start=gentle-efgh"]);
        let expected = Wishes {
            frozen: Some(Share::new(0.855).unwrap()),
            progressivity: Some(-0.2),
            most_headline: Some(Rise::new(0.2).unwrap()),
            most_rise: vec![
                (Band::D, Rise::new(0.0499).unwrap()),
                (Band::H, Rise::new(1.0).unwrap()),
            ],
            most_pounds: Some(Pence::from_pence(15_050)),
            search_draws: 512,
        };
        assert_eq!(asked.wishes, expected);
        let again = Asked::read(&asked.link(), &site).unwrap();
        assert_eq!(
            (&again.wishes, again.choices.link().as_str()),
            (&asked.wishes, state)
        );
        assert!(!again.search);
        // The pins of a state have no part in what is found for it.
        assert!(!asked.link().contains("pin"));
    }

    #[test]
    fn nothing_wished_is_what_the_command_line_wishes_by_default() {
        let site = site();
        let asked = Asked::read("frozen=&most-rise-A=&search=", &site).unwrap();
        assert_eq!(asked.wishes, Wishes::default());
        assert_eq!(asked.link(), "start=williamson-2018");
    }

    #[test]
    fn a_wish_that_is_not_allowed_is_refused_with_its_name_and_its_limits() {
        let site = site();
        let refused = |query: &str| Asked::read(query, &site).unwrap_err().message;
        assert_eq!(
            refused("frozen=101"),
            "frozen: \"101\" is no percentage from 0 to 100 (allowed: such as 15 or 4.99)"
        );
        assert_eq!(
            refused("most-rise-D=-1"),
            "most-rise-D: \"-1\" is no percentage from 0 to 300 (allowed: such as 15 or 4.99)"
        );
        assert_eq!(
            refused("search-draws=99"),
            "search-draws: \"99\" is not allowed (allowed: 100 to 20000)"
        );
        assert_eq!(
            refused("most-pounds=much"),
            "most-pounds: \"much\" is not allowed (allowed: 0 to 1000000 pounds, such as 150)"
        );
        assert_eq!(
            refused("progressivity=nan"),
            "progressivity: \"nan\" is not allowed (allowed: -2 to 1)"
        );
        assert_eq!(
            refused("frozen=1&frozen=2"),
            "frozen: stands twice (allowed: once)"
        );
        assert_eq!(
            refused("search=no"),
            "search: \"no\" is not allowed (allowed: yes)"
        );
        // A name that is neither a wish nor a choice is refused by the choices.
        assert!(refused("most-rise-Z=1").starts_with("\"most-rise-Z\" is no choice of this page"));
    }
}
