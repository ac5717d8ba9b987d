//! Caveats as values: each is shown in every output that rests on what it says.

use super::money::{Pence, thousands};
use super::rise::Rise;
use super::share::Share;
use super::year::FinancialYear;

/// A caveat on a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Too few draws for a probability to one percentage point.
    FewDraws {
        /// How many there were.
        draws: u32,
    },
    /// The same of quasi-random draws.
    FewPoints {
        /// How many there were.
        draws: u32,
        /// Standard error of the probability of winning, as a share.
        error: f64,
    },
    /// The model has not learned from past ballots: the parameters are as first believed.
    PriorsOnly,
    /// The model has learned from few ballots.
    FewBallots {
        /// Ballots that it has learned from.
        ballots: usize,
        /// Of them statutory referendums.
        statutory: usize,
    },
    /// Few draws agree with the evidence.
    LowEffectiveSample {
        /// Draws made.
        draws: u32,
        /// Draws that count alike and would be as sharp.
        effective: f64,
    },
    /// The distribution that inputs are drawn from is fitted to few draws.
    FittedToFew {
        /// Draws made.
        draws: u32,
        /// Draws that count alike and would be as sharp.
        effective: f64,
    },
    /// The fitted distribution of the inputs gives another probability of winning than the run.
    FittedDiffers {
        /// Under the fitted distribution.
        fitted: f64,
        /// In the run.
        of_run: f64,
    },
    /// Polls or a campaign are stated, and there is no vote.
    NothingToLearnFor,
    /// A poll and what the campaign reaches stand side by side.
    PollBesideCampaign,
    /// Relief for whole bands under s.13A(1)(c) has not been tested in court.
    UntestedRoute,
    /// A district would pay for relief; the county's share of the bill is out of its reach.
    TwoTier {
        /// The county council.
        upper_tier: String,
    },
    /// Each billing authority is one area.
    OneArea,
    /// The usual turnout is carried over from Derby by the turnout of 2016.
    ImputedTurnout {
        /// The turnout used.
        turnout: Share,
    },
    /// The number of recipients of reduction is worked out from the awards.
    ImputedRecipients,
    /// Wards take the authority's rates of discounts and reduction in each band.
    UniformRates,
    /// A count of homes was suppressed at the source and filled.
    SuppressedCount {
        /// The bands filled.
        bands: String,
    },
    /// A band has homes on the valuation list but none in the tax base return, or the reverse.
    RatesMissing {
        /// The bands.
        bands: String,
    },
    /// Contributions in lieu are counted at the headline, without relief.
    ContributionsInLieu {
        /// Their share of the tax base for setting.
        share: f64,
    },
    /// Homes take the deprivation, tenure and income of the area that they lie in.
    GroupsOfAreas,
    /// Of some homes the deprivation or the income of the area is not known.
    GroupsNotKnown {
        /// The share of liable homes without a deprivation tenth.
        deprivation: f64,
        /// The share of liable homes without an income of the area.
        income: f64,
    },
    /// What the other authorities on the bill will charge is assumed.
    OtherPreceptorsAssumed {
        /// Their band D amount next year: the mean by tax base over billing authorities.
        band_d: Pence,
        /// On how many billing authorities' bills.
        areas: usize,
        /// Those held at today's amount, because no principle is held for them.
        held_flat: Vec<&'static str>,
    },
    /// The yes share runs so wide that the probability says little.
    WideOutcome {
        /// 5th percentile of the yes share.
        low: f64,
        /// 95th percentile of the yes share.
        high: f64,
    },
    /// A freeze target was missed or overshot, because whole bands are frozen.
    FreezeReached {
        /// The share asked for.
        asked: Share,
        /// The share reached.
        reached: f64,
    },
    /// The costs of the poll and of billing again are scaled from a city of Derby's size.
    ScaledCosts {
        /// The factor.
        factor: f64,
    },
    /// The authority has no principle for the year, so no referendum can be required.
    NoPrinciple {
        /// The authority.
        authority: String,
        /// Whether it is in Wales.
        wales: bool,
    },
    /// The figures of one year stand for the budget of another.
    CarriedForward {
        /// The year of the figures.
        from: FinancialYear,
        /// The year voted on.
        to: FinancialYear,
    },
    /// The law of the nation would have to change.
    ChangeOfLaw,
    /// The whole bill is replaced by a share of value.
    ShareOfValue,
    /// Nobody owes what is asked for.
    Voluntary,
    /// Owners pay, whatever the discounts of those who live there.
    OwnersPay,
    /// The values of homes are worked out from their bands.
    ValuesWorkedOut,
    /// How new bands divide today's is stated, not observed.
    SplitStated,
    /// The figures are of the first year of several.
    PhasedIn {
        /// Over how many years the change comes.
        years: u8,
    },
    /// Homes on reduction, empty and second homes by band are worked out from rates.
    TermsEstimated,
    /// A part of the vintage is not of its year.
    PartCarriedForward {
        /// What is carried forward and how, as a sentence.
        sentence: String,
    },
    /// Homes are those of the council's own extract.
    OwnExtract {
        /// Homes.
        n_dwellings: i64,
        /// Rows that were refused.
        n_refused: u64,
        /// The tax base of the extract at the budgeted collection rate over the published one,
        /// less 1.
        base_off: f64,
    },
    /// The extract says nothing of something that the model needs.
    ExtractSilent {
        /// Of what, and what follows.
        what: &'static str,
    },
    /// Awards that the extract does not state.
    ImputedAwards {
        /// Homes on reduction whose award is not known.
        n_dwellings: i64,
    },
    /// The scenario maps an extract that is not read.
    ExtractNotRead {
        /// Whether the scenario names the file.
        named: bool,
    },
    /// A caveat on the extract.
    OfExtract {
        /// Its short name.
        code: &'static str,
        /// The caveat in a sentence.
        message: String,
    },
    /// The stated amounts do not add to the published whole bill.
    LevelsDiffer {
        /// Their sum at band D.
        stated: Pence,
        /// The published whole bill.
        published: Pence,
    },
    /// Rates by band that are carried forward come far from the published tax base.
    BaseScaled {
        /// The published base over what the rates give, less 1.
        by: f64,
    },
    /// The principles of the year of the vote are not published yet.
    PrincipleNotPublished {
        /// The year.
        year: FinancialYear,
        /// What stands in for them.
        citation: String,
    },
    /// What a scenario states of its own authority is left out for another.
    LeftOut {
        /// The keys of the scenario's file.
        keys: Vec<String>,
    },
    /// A proposal without a word on band I is applied in Wales.
    BandIAsH,
    /// Both percentages on the ballot paper print alike.
    PercentagesAlike,
    /// No name for the ballot paper is stated.
    NameNotStated,
    /// The vote is taken to be held with local elections.
    AssumedPollingDay {
        /// The year of the vote.
        year: FinancialYear,
    },
    /// The electors worked out from homes are far from the published electorate.
    ElectorsEstimated {
        /// Electors worked out from homes.
        estimated: f64,
        /// Electorate of the referendum of 2016.
        published: i64,
    },
    /// The principles of later years are expected or carried on.
    LaterPrinciples {
        /// Later years whose principles are expected and not published.
        expected: Vec<FinancialYear>,
        /// The last year held, and the years that take its principle.
        carried_on: Option<(FinancialYear, Vec<FinancialYear>)>,
    },
    /// Later years without a principle, in which amounts are held in cash.
    LaterYearsHeld {
        /// The authority.
        authority: String,
        /// The years.
        years: Vec<FinancialYear>,
    },
    /// A stated rise of later years would itself need a referendum.
    LaterRiseExcessive {
        /// The rise.
        rise: Rise,
        /// The years.
        years: Vec<FinancialYear>,
    },
    /// The tax base of later years is assumed to grow.
    BaseGrowthAssumed {
        /// The mean growth a year, as a share.
        growth: f64,
        /// The year of the vote, from which it grows.
        from: FinancialYear,
    },
    /// Stated gaps lie outside the years that are projected.
    GapOutside {
        /// The years.
        years: Vec<FinancialYear>,
    },
    /// The most deprived wards that are to share a service cannot be named.
    WardsUnknown {
        /// The service.
        service: String,
        /// How many wards are asked for.
        asked: u16,
        /// How many wards have a deprivation score.
        known: usize,
    },
}

/// Financial years as a list in words: single years, or a run of them.
fn years_in_words(years: &[FinancialYear]) -> String {
    match years {
        [first, .., last]
            if usize::try_from(last.first_calendar_year() - first.first_calendar_year())
                == Ok(years.len() - 1) =>
        {
            format!("{first} to {last}")
        }
        _ => {
            let years: Vec<String> = years.iter().map(ToString::to_string).collect();
            years.join(", ")
        }
    }
}

impl Warning {
    /// A short name, the same in every format.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FewDraws { .. } | Self::FewPoints { .. } => "few_draws",
            Self::PriorsOnly => "priors_only",
            Self::FewBallots { .. } => "few_ballots",
            Self::LowEffectiveSample { .. } => "low_effective_sample",
            Self::NothingToLearnFor => "nothing_to_learn_for",
            Self::PollBesideCampaign => "poll_beside_campaign",
            Self::FittedToFew { .. } => "fitted_to_few",
            Self::FittedDiffers { .. } => "fitted_differs",
            Self::UntestedRoute => "untested_route",
            Self::TwoTier { .. } => "two_tier",
            Self::OneArea => "one_area",
            Self::ImputedTurnout { .. } => "imputed_turnout",
            Self::ImputedRecipients => "imputed_recipients",
            Self::UniformRates => "uniform_rates",
            Self::SuppressedCount { .. } => "suppressed_count",
            Self::RatesMissing { .. } => "rates_missing",
            Self::ContributionsInLieu { .. } => "contributions_in_lieu",
            Self::GroupsOfAreas => "groups_of_areas",
            Self::GroupsNotKnown { .. } => "groups_not_known",
            Self::OtherPreceptorsAssumed { .. } => "other_preceptors_assumed",
            Self::WideOutcome { .. } => "wide_outcome",
            Self::FreezeReached { .. } => "freeze_reached",
            Self::ScaledCosts { .. } => "scaled_costs",
            Self::NoPrinciple { .. } => "no_principle",
            Self::CarriedForward { .. } => "carried_forward",
            Self::ChangeOfLaw => "change_of_law",
            Self::ShareOfValue => "share_of_value",
            Self::Voluntary => "voluntary",
            Self::OwnersPay => "owners_pay",
            Self::ValuesWorkedOut => "values_worked_out",
            Self::SplitStated => "split_stated",
            Self::PhasedIn { .. } => "phased_in",
            Self::TermsEstimated => "terms_estimated",
            Self::PartCarriedForward { .. } => "part_carried_forward",
            Self::OwnExtract { .. } => "own_extract",
            Self::ExtractSilent { .. } => "extract_silent",
            Self::ImputedAwards { .. } => "imputed_awards",
            Self::ExtractNotRead { .. } => "extract_not_read",
            Self::OfExtract { code, .. } => code,
            Self::LevelsDiffer { .. } => "levels_differ",
            Self::BaseScaled { .. } => "base_scaled",
            Self::PrincipleNotPublished { .. } => "principle_not_published",
            Self::LeftOut { .. } => "left_out",
            Self::BandIAsH => "band_i_as_h",
            Self::PercentagesAlike => "percentages_alike",
            Self::NameNotStated => "name_not_stated",
            Self::AssumedPollingDay { .. } => "assumed_polling_day",
            Self::ElectorsEstimated { .. } => "electors_estimated",
            Self::LaterPrinciples { .. } => "later_principles",
            Self::LaterYearsHeld { .. } => "later_years_held",
            Self::LaterRiseExcessive { .. } => "later_rise_excessive",
            Self::BaseGrowthAssumed { .. } => "base_growth_assumed",
            Self::GapOutside { .. } => "gap_outside",
            Self::WardsUnknown { .. } => "wards_unknown",
        }
    }

    /// Whether it bears on the route, the paper or the calendar, and not on simulated figures only.
    pub const fn bears_on_ballot(&self) -> bool {
        matches!(
            self,
            Self::UntestedRoute
                | Self::TwoTier { .. }
                | Self::NoPrinciple { .. }
                | Self::CarriedForward { .. }
                | Self::ChangeOfLaw
                | Self::Voluntary
                | Self::PhasedIn { .. }
                | Self::PartCarriedForward { .. }
                | Self::PrincipleNotPublished { .. }
                | Self::LevelsDiffer { .. }
                | Self::OwnExtract { .. }
                | Self::BandIAsH
                | Self::PercentagesAlike
                | Self::NameNotStated
                | Self::AssumedPollingDay { .. }
        )
    }

    /// The caveat in a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::NothingToLearnFor => "No vote is held, so the polls and the campaign that the \
                 scenario states change nothing."
                .to_owned(),
            Self::PollBesideCampaign => "A poll is read as of before the campaign: what the campaign \
                 had reached when people were asked would be counted twice, in the poll and in \
                 [campaign]. State there only what comes after."
                .to_owned(),
            Self::FewDraws { draws } => format!(
                "Few draws ({draws}): the standard error of the probability of winning may reach \
                 {:.1} percentage points or more; with 10,000 draws and no polls about half a point.",
                50.0 / (f64::from(*draws)).sqrt()
            ),
            Self::FewPoints { draws, error } => format!(
                "Few draws ({draws}): the standard error of the probability of winning is about {:.1} \
                 percentage points, itself known only roughly from the spread of 16 replicates.",
                100.0 * error
            ),
            Self::PriorsOnly => "The vote model rests on its stated starting beliefs: the scenario \
                 asks for nothing to be learned from past ballots and surveys. Read the \
                 probability of winning as a range of what is plausible, not as a forecast."
                .to_owned(),
            Self::FewBallots { ballots, statutory } => format!(
                "The vote model has learned from {ballots} past ballots on council tax, {} of them \
                 under the law of today, and from a survey. So few cannot prove it right: quite different \
                 models would fit them as well. Read the probability \
                 of winning as a range of what is plausible, not as a forecast.",
                match statutory {
                    0 => "none".to_owned(),
                    1 => "one".to_owned(),
                    more => more.to_string(),
                }
            ),
            Self::LowEffectiveSample { draws, effective } => format!(
                "Only {} of {} draws' worth agree with the evidence and the polls: the \
                 probability of winning is rough (1,000 are wanted; make more draws with --draws).",
                thousands(effective.round() as u64),
                thousands(u64::from(*draws))
            ),
            Self::FittedToFew { draws, effective } => format!(
                "The normal that inputs are drawn from is fitted to only {effective:.0} of {draws} \
                 draws' worth: shares of variance are rough (1,000 are wanted; state more \
                 `simulation.draws` in the scenario)."
            ),
            Self::FittedDiffers { fitted, of_run } => format!(
                "The normal that inputs are drawn from gives a probability of winning of {:.1}%, the \
                 run {:.1}%: its shape is not quite that of what is known, so read shares of \
                 variance as rough.",
                100.0 * fitted,
                100.0 * of_run
            ),
            Self::UntestedRoute => "Relief for whole bands under section 13A(1)(c) of the Local \
                 Government Finance Act 1992 is untested in court: take counsel's opinion before \
                 relying on it."
                .to_owned(),
            Self::TwoTier { upper_tier } => format!(
                "In a two-tier area the district pays for all relief and raises only its own \
                 part; {upper_tier} sets most of the bill. The route is impracticable there \
                 without an agreement with the county."
            ),
            Self::OneArea => {
                "Each billing authority is modelled as one area, so there is no local \
                 pattern in the vote within it."
                    .to_owned()
            }
            Self::ImputedTurnout { turnout } => format!(
                "No local turnout is held for this authority: {:.1}% is carried over from Derby's \
                 by the difference in turnout in 2016. State `vote.turnout` to replace it.",
                100.0 * turnout.value()
            ),
            Self::ImputedRecipients => "The tax base return gives reductions in dwelling \
                 equivalents, not households: the number of recipients is worked out from assumed \
                 average awards."
                .to_owned(),
            Self::UniformRates => {
                "Homes of wards and smaller areas are those of March 2023, scaled \
                 to the authority's row; each area takes the authority's own rates of discounts, \
                 exemptions and reduction in each band: real areas differ."
                    .to_owned()
            }
            Self::SuppressedCount { bands } => format!(
                "The count of homes in band {bands} is suppressed at the source (fewer than 5) \
                 and filled with 2."
            ),
            Self::RatesMissing { bands } => format!(
                "The tax base return gives no usable rates of discounts for band {bands}: its \
                 homes are taken to be fully liable."
            ),
            Self::ContributionsInLieu { share } => format!(
                "{:.1}% of the tax base is contributions in lieu from the Ministry of Defence: \
                 counted at the headline amount, without relief.",
                100.0 * share
            ),
            Self::GroupsOfAreas => "Who pays by deprivation, tenure and income: every home is \
                 taken to be like its small area (tenure the same in all bands of it, income that \
                 of a larger area); households within an area differ, so real differences between \
                 groups are wider, and an index of progressivity over areas says little of \
                 households."
                .to_owned(),
            Self::GroupsNotKnown {
                deprivation,
                income,
            } => {
                let part = |share: &f64, what: &str| {
                    (*share > 0.0).then(|| format!("{:.1}% have {what}", 100.0 * share))
                };
                let parts = [
                    part(
                        deprivation,
                        "no deprivation tenth (the index of 2025 is of England only)",
                    ),
                    part(
                        income,
                        "no estimate of the income of their area (its code is new since 2011)",
                    ),
                ];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                format!(
                    "Of liable homes {}: they are a group of their own in who pays.",
                    parts.join(" and ")
                )
            }
            Self::OtherPreceptorsAssumed {
                band_d,
                areas,
                held_flat,
            } => {
                let amount = match areas {
                    1 => format!("{band_d} at band D"),
                    n => format!("{band_d} at band D, on average of {n} billing authorities"),
                };
                if held_flat.is_empty() {
                    format!(
                        "Whole bills assume that the other authorities on the bill charge {amount} \
                         next year, each the most that needs no vote; parishes stay as they are. \
                         State `others.rise` to replace it."
                    )
                } else {
                    format!(
                        "Whole bills next year are not known: no principle is held for {}, so \
                         today's amount stands in for it (all others together: {amount}). State \
                         `others.rise`.",
                        held_flat.join(" and ")
                    )
                }
            }
            Self::WideOutcome { low, high } => format!(
                "The yes share may be anywhere from {:.0}% to {:.0}% (90% range): little is known of \
                 how many would vote Yes.",
                100.0 * low,
                100.0 * high
            ),
            Self::FreezeReached { asked, reached } => format!(
                "Asked to freeze {:.1}% of homes; whole bands freeze {:.1}%.",
                100.0 * asked.value(),
                100.0 * reached
            ),
            Self::ScaledCosts { factor } => format!(
                "The costs of the poll and of billing again are those of a city like Derby times \
                 {factor:.2}, by number of homes: put in your own figures as `inputs`."
            ),
            Self::NoPrinciple { authority, wales } => format!(
                "{authority} has no referendum principle for the year: {}, so no vote is modelled, \
                 and figures against a No are figures against a freeze.",
                if *wales {
                    "there are none in Wales, where Ministers may limit excessive amounts"
                } else {
                    "any rise may be set without a vote"
                }
            ),
            Self::CarriedForward { from, to } if *to == from.next() => {
                format!(
                    "Homes, tax base, discounts, reduction and collection of {from} are carried \
                     forward to the budget of {to}."
                )
            }
            Self::CarriedForward { from, to } => format!(
                "Homes, tax base, discounts, reduction, collection and amounts on the bill are those of \
                 {from}, but for what the scenario states, as if nothing had changed between it and \
                 the year before {to}, which is voted on."
            ),
            Self::ChangeOfLaw => "No council can do this by itself: the figures show what would be \
                 charged in this area if the law of the nation were changed so for all councils. Grants \
                 between councils would change with it, which is not modelled."
                .to_owned(),
            Self::ShareOfValue => "A share of value stands in for the whole council tax bill, shared \
                 between the authorities on it as today; discounts and reduction are taken to go on, \
                 though such designs charge owners and may end them. What replaces other taxes, such as \
                 stamp duty, is not counted on the other side."
                .to_owned(),
            Self::Voluntary => "Nobody owes this: bills stay as they are, and what is given depends on \
                 the share of residents who give and on how much."
                .to_owned(),
            Self::OwnersPay => "A surcharge is on the owner, who need not live there; no discount or \
                 reduction lowers it, and exempt homes are taken to owe none. Changes of behaviour are \
                 not modelled."
                .to_owned(),
            Self::ValuesWorkedOut => "The values of homes are not known: they are worked out from the \
                 bands of 1991, carried to today's prices by one factor for the whole authority. Read \
                 amounts by value as rough, above all in the dearest bands."
                .to_owned(),
            Self::SplitStated => "How the new bands divide the homes of today's is stated in the \
                 scenario, not observed: it would take a valuation."
                .to_owned(),
            Self::PhasedIn { years } => format!(
                "The change comes in equal steps over {years} years: bills, yields and what a knowing \
                 voter pays are those of the first year; medium_term.csv has the others. A headline \
                 stands whole from the first year on, and relief gives back what is not yet charged."
            ),
            Self::TermsEstimated => "Which homes are on reduction, empty or nobody's main home is worked \
                 out from the authority's rates by band: so are the cost of protecting or capping them, \
                 and the homes counted as frozen."
                .to_owned(),
            Self::PartCarriedForward { sentence } => sentence.clone(),
            Self::OwnExtract {
                n_dwellings,
                n_refused,
                base_off,
            } => format!(
                "Homes are those of the council's own extract: {}, and {} rows refused. At the \
                 budgeted collection rate its tax base is {:+.1}% off the published one, which \
                 stays the total; the extract says how it is shared out.",
                thousands(n_dwellings.unsigned_abs()),
                thousands(*n_refused),
                100.0 * base_off
            ),
            Self::ExtractSilent { what } => format!("The extract says nothing of {what}."),
            Self::ImputedAwards { n_dwellings } => format!(
                "The award of {} homes on council tax reduction is not stated: they are taken to have \
                 the average of their band and kind, or the assumed average where none is stated.",
                thousands(n_dwellings.unsigned_abs())
            ),
            Self::ExtractNotRead { named: false } => "The scenario maps an extract and does not \
                 name it (`households.file`): the published figures are used."
                .to_owned(),
            Self::ExtractNotRead { named: true } => "The scenario names an extract \
                 (`households.file`) that is not read here, as in a sweep: the published figures are \
                 used."
                .to_owned(),
            Self::OfExtract { message, .. } => message.clone(),
            Self::LevelsDiffer { stated, published } => format!(
                "The stated amounts add to {stated} at band D; the published whole bill is {published}."
            ),
            Self::BaseScaled { by } => format!(
                "The published tax base is {:+.1}% off what the rates by band that are carried forward \
                 give: every band is scaled by that, though the change need not be the same in each.",
                100.0 * by
            ),
            Self::PrincipleNotPublished { year, citation } => format!(
                "The referendum principles of {year} are not published yet: those used here are \
                 expected ({citation})."
            ),
            Self::LeftOut { keys } => format!(
                "The scenario is another authority's: what it states of {} is left out here.",
                keys.join(", ")
            ),
            Self::BandIAsH => {
                "The proposal says nothing of band I, which Wales has: its homes are \
                 treated as those of band H."
                    .to_owned()
            }
            Self::PercentagesAlike => "Both percentages print alike on the ballot paper, to one \
                 decimal: voters cannot see what they decide."
                .to_owned(),
            Self::NameNotStated => "The ballot paper needs the authority's full name: state it as \
                 `vote.name_on_ballot`."
                .to_owned(),
            Self::AssumedPollingDay { year } => format!(
                "The poll is taken to share its day and its costs with local polls in May {}: check \
                 which elections are due then (many councils hold theirs every fourth year only), or \
                 state `vote.day`.",
                year.first_calendar_year()
            ),
            Self::ElectorsEstimated {
                estimated,
                published,
            } => format!(
                "Electors worked out from homes ({}) are far from the electorate of June 2016 \
                 ({}): read numbers of electors as rough; shares hardly depend \
                 on them.",
                thousands(estimated.round() as u64),
                thousands(published.unsigned_abs())
            ),
            Self::LaterPrinciples {
                expected,
                carried_on,
            } => {
                let mut parts = Vec::new();
                if !expected.is_empty() {
                    parts.push(format!(
                        "the referendum principles of {} are expected and not published",
                        years_in_words(expected)
                    ));
                }
                if let Some((held, years)) = carried_on {
                    parts.push(format!(
                        "those of {held}, the last held, stand for {}",
                        years_in_words(years)
                    ));
                }
                format!(
                    "Later years take the largest rise that needs no vote: {}. State \
                     `medium_term.later_rise` to replace it.",
                    parts.join("; ")
                )
            }
            Self::LaterYearsHeld { authority, years } => format!(
                "No referendum principle is held for {authority} in {}, so nothing says by how much \
                 its own amount rises: it is held in cash in those years, on every path. State \
                 `medium_term.later_rise`.",
                years_in_words(years)
            ),
            Self::LaterRiseExcessive { rise, years } => format!(
                "The stated later rise of {rise} would need a referendum of its own in {}.",
                years_in_words(years)
            ),
            Self::BaseGrowthAssumed { growth, from } => format!(
                "After {from} the tax base is taken to grow by about {:.1}% a year in every band \
                 alike, as England's did from 2022 to 2025 (input `base_growth`), and extra bills \
                 to be collected as in the first year.",
                100.0 * growth
            ),
            Self::GapOutside { years } => format!(
                "The stated funding gap of {} lies outside the years that are projected and is \
                 not shown.",
                years_in_words(years)
            ),
            Self::WardsUnknown {
                service,
                asked,
                known,
            } => format!(
                "{service}: the {asked} most deprived wards cannot be named, for a deprivation \
                 score is held of {known} wards of the area (England only)."
            ),
        }
    }
}
