//! The ballot paper and its calendar as plain text.

use crate::domain::money::thousands;
use crate::domain::{Band, Limit, Nation, Pence, Points, Rise};
use crate::simulation::Prepared;
use crate::simulation::points::REPLICATES;
use crate::tax::{BallotPaper, calendar};

/// The name on the ballot paper.
pub fn name_on_ballot(prepared: &Prepared) -> String {
    let authority = &prepared.record.authority;
    match &prepared.scenario.name_on_ballot {
        Some(stated) => stated.clone(),
        None if authority.has_full_name() => authority.name.clone(),
        None => format!(
            "[the {}'s full name: {}]",
            authority.class.called(),
            authority.name
        ),
    }
}

/// The ballot paper, the route, the substitute budget and the calendar.
pub fn ballot(prepared: &Prepared) -> String {
    let mut text = String::new();
    let mut line = |content: &str| {
        text.push_str(content);
        text.push('\n');
    };
    let route = &prepared.route;
    let heading = format!(
        "{}, {}: {}",
        prepared.record.authority.name, prepared.vote_year, prepared.scenario.title
    );
    line(&heading);
    line(&"=".repeat(heading.chars().count()));
    line("");
    line("LEGAL ROUTE");
    for option in std::iter::once(&route.modelled).chain(&route.others) {
        line(&wrapped(
            &format!("{}: {}.", capital(&option.way), option.verdict.words()),
            2,
        ));
        for reason in &option.reasons {
            line(&wrapped(reason, 4));
        }
        let version = &option.version;
        let relief = if version.relief > Pence::ZERO {
            format!(" after relief of {}", version.relief)
        } else {
            String::new()
        };
        line(&wrapped(
            &format!(
                "It {} a year over today{relief}; against {} it {}.",
                raises(version.net_vs_today),
                if prepared.schedule.is_local() {
                    "a No"
                } else {
                    "the same year without it"
                },
                raises(version.net_vs_no)
            ),
            4,
        ));
        line(&wrapped(&format!("Who pays: {}.", option.who_pays), 4));
        line(&wrapped(
            &format!("Standing: {}. When: {}.", option.standing, option.dates),
            4,
        ));
    }
    line("");
    if route.needs_referendum() {
        let paper = BallotPaper {
            authority: name_on_ballot(prepared),
            year: prepared.vote_year,
            headline: prepared.schedule.headline(),
            no: prepared.amounts.no_rise,
        };
        line("BALLOT PAPER (question prescribed by SI 2012/444 Sch. 1 as amended by SI 2013/409)");
        line("");
        for paragraph in paper.wording() {
            line(&wrapped(&paragraph, 4));
        }
        line("");
        line("    YES  [ ]");
        line("    NO   [ ]");
        line("");
        line(&wrapped(
            &format!(
                "The paper shows percentages of the {}'s own part of the bill only, to one \
                 decimal: {} after a No is printed as {}%. It shows no bands, no pounds, no freeze. \
                 A simple majority of those voting decides; a tie is not a majority; there is no \
                 turnout threshold (LGFA 1992 s.{}).",
                prepared.record.authority.class.called(),
                prepared.amounts.no_rise,
                prepared.amounts.no_rise.percent_to_one_decimal(),
                if prepared.record.authority.class.bills() {
                    "52ZH"
                } else {
                    "52ZO"
                }
            ),
            2,
        ));
        line("");
    } else {
        line("BALLOT PAPER");
        line(&wrapped(
            if !prepared.schedule.is_local() {
                "None: it is not for a council's electors to decide."
            } else if prepared.principle.limit == Limit::Unlimited {
                "None: no referendum principle applies, so no referendum is held."
            } else {
                "None: the rise is not excessive, so no referendum is held."
            },
            2,
        ));
        line("");
    }
    let amounts = prepared.amounts.band_d;
    let requirement = prepared.budgets.requirement;
    line(match prepared.record.authority.code.nation() {
        Nation::England => {
            "BUDGETS (council tax requirement without parishes, tax base for setting)"
        }
        Nation::Wales => {
            "BUDGETS (council tax requirement with community councils, tax base for setting)"
        }
    });
    let mut budgets = vec![("today", amounts.today, requirement.today)];
    if route.needs_referendum() {
        let yes = if prepared.schedule.needs_relief() {
            "Yes, before relief"
        } else {
            "Yes"
        };
        budgets.push((yes, amounts.yes, requirement.yes));
        budgets.push(("No, substitute calculations", amounts.no, requirement.no));
    } else {
        let proposed = if prepared.schedule.needs_relief() {
            "proposed, before relief"
        } else {
            "proposed"
        };
        budgets.push((proposed, amounts.yes, requirement.yes));
    }
    for (name, band_d, requirement) in budgets {
        line(&format!(
            "  {name:<28} band D {:>12}   {:>18}",
            band_d.to_string(),
            requirement.to_string()
        ));
    }
    if prepared.schedule.needs_relief() {
        let relief = prepared.budgets.relief_cost().to_string();
        line(&format!("  {:<28} {:>19}   {relief:>18}", "relief", ""));
    }
    let later = super::medium_term::sentences(prepared);
    if !later.is_empty() {
        line("");
        line("THE YEARS AFTER");
        for sentence in &later {
            line(&wrapped(sentence, 2));
        }
    }
    if route.needs_referendum() {
        line("");
        line("CALENDAR");
        let bills = prepared.record.authority.class.bills();
        for day in calendar(prepared.vote_year, bills) {
            line(&format!("  {}  {}", day.date, day.what));
            line(&format!("              ({})", day.rule));
        }
    }
    line("");
    line("TAKE CARE");
    for warning in prepared
        .warnings
        .iter()
        .filter(|warning| warning.bears_on_ballot())
    {
        line(&wrapped(&warning.message(), 2));
    }
    text
}

/// Whether an amount is a gain or a loss, in words.
pub fn raises(amount: Pence) -> String {
    if amount < Pence::ZERO {
        format!("loses {}", Pence::ZERO - amount)
    } else {
        format!("raises {amount}")
    }
}

/// How many draws of which points, in words.
///
/// # Example
/// ```
/// use bandwise::domain::Points;
/// use bandwise::report::text::draws_in_words;
/// assert_eq!(draws_in_words(10_000, Points::Random), "10,000 draws");
/// let words = draws_in_words(8_192, Points::Sobol);
/// assert_eq!(words, "8,192 quasi-random draws in 16 replicates");
/// ```
pub fn draws_in_words(draws: u32, points: Points) -> String {
    let draws = thousands(u64::from(draws));
    match points {
        Points::Random => format!("{draws} draws"),
        Points::Sobol => format!("{draws} quasi-random draws in {REPLICATES} replicates"),
    }
}

/// Rises in few words: `A to C frozen, D 20%, E to H 30%`.
pub fn rises_in_words(rises: &[(Band, Rise)]) -> String {
    let mut groups: Vec<(Band, Band, Rise)> = Vec::new();
    for &(band, rise) in rises {
        match groups.last_mut() {
            Some((_, last, known)) if *known == rise => *last = band,
            _ => groups.push((band, band, rise)),
        }
    }
    let words: Vec<String> = groups
        .iter()
        .map(|(first, last, rise)| {
            let bands = if first == last {
                first.to_string()
            } else {
                format!("{first} to {last}")
            };
            let does = match *rise {
                Rise::FREEZE => "frozen".to_owned(),
                rise => rise.to_string(),
            };
            format!("{bands} {does}")
        })
        .collect();
    words.join(", ")
}

/// The text with its first letter large.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Text broken into lines of at most 96 characters, each with an indent.
pub fn wrapped(text: &str, indent: usize) -> String {
    const WIDTH: usize = 96;
    let margin = " ".repeat(indent);
    let mut lines = vec![margin.clone()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("one line at least");
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.trim() != "" {
            lines.push(format!("{margin}{word}"));
        } else {
            if line.len() > indent {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
