//! Band D amounts of one billing authority's bill, in a scenario of who precepts on several.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::check::Checker;
use super::raw::RawLevels;
use super::{AreaLevels, StatedLevels};

/// Band D amounts in pounds of one billing authority's bill, in place of those of the vintage.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAreaLevels {
    /// The billing authority: its name or its ONS code.
    #[schemars(with = "String")]
    pub area: Option<Spanned<String>>,
    /// The billing authority's own amount without parishes.
    #[schemars(with = "Option<f64>")]
    pub own: Option<Spanned<Value>>,
    /// The average of its parishes or communities.
    #[schemars(with = "Option<f64>")]
    pub parishes: Option<Spanned<Value>>,
    /// The county council or the Greater London Authority.
    #[schemars(with = "Option<f64>")]
    pub county_or_gla: Option<Spanned<Value>>,
    /// The police.
    #[schemars(with = "Option<f64>")]
    pub police: Option<Spanned<Value>>,
    /// The fire and rescue authority.
    #[schemars(with = "Option<f64>")]
    pub fire: Option<Spanned<Value>>,
    /// The combined authority.
    #[schemars(with = "Option<f64>")]
    pub combined_authority: Option<Spanned<Value>>,
}

impl Checker<'_, '_> {
    /// The amounts by billing authority. Whether each is one of the proposer's is known when the
    /// scenario is run.
    pub(super) fn area_levels(&mut self, raw: Vec<Spanned<RawAreaLevels>>) -> Vec<AreaLevels> {
        raw.into_iter()
            .filter_map(|one| self.levels_of_area(one))
            .collect()
    }

    fn levels_of_area(&mut self, raw: Spanned<RawAreaLevels>) -> Option<AreaLevels> {
        let span = raw.span();
        let raw = raw.into_inner();
        if raw.area.is_none() {
            let text = "area_levels.area is missing (a billing authority's name or ONS code)";
            self.faults.at(span.clone(), text.to_owned());
        }
        let area = self.not_blank("area_levels.area", raw.area);
        let amounts = RawLevels {
            own: raw.own,
            parishes: raw.parishes,
            county_or_gla: raw.county_or_gla,
            police: raw.police,
            fire: raw.fire,
            combined_authority: raw.combined_authority,
        };
        let found = self.faults.count();
        let levels = self.levels("area_levels", &amounts);
        if levels.is_empty() && self.faults.count() == found {
            let names = StatedLevels::default().named().map(|(name, _)| name);
            let text = format!(
                "area_levels: no amount is stated (allowed: {})",
                names.join(", ")
            );
            self.faults.at(span, text);
        }
        Some(AreaLevels {
            area: area?,
            levels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Names, Scenario};
    use crate::data::Assumptions;
    use crate::domain::Pence;

    fn read(tables: &str) -> Result<Scenario, String> {
        let assumptions = Assumptions::embedded().expect("embedded");
        let text = format!(
            "format = 1\nkey = \"x\"\nauthority = \"Bedfordshire Police\"\nvintage = \"2023-24\"\n\
             [schedule]\nkind = \"uniform\"\nrise = 0.15\n{tables}"
        );
        Scenario::parse("x.toml", &text, &Names::of(&assumptions)).map_err(|e| e.to_string())
    }

    #[test]
    fn amounts_of_an_area_are_left_out_for_another_authority_or_year() {
        let tables = "[[area_levels]]\narea = \"Luton\"\nown = 1225\nfire = 87.48\n";
        let mut scenario = read(tables).expect("a scenario");
        let luton = &scenario.area_levels[0];
        assert_eq!(luton.area, "Luton");
        assert_eq!(luton.levels.own.map(Pence::pence), Some(122_500));
        assert_eq!(luton.levels.police, None);
        let (other, left_out) = scenario.clone().for_authority("Derby");
        assert_eq!(
            (other.area_levels.len(), left_out),
            (0, vec!["area_levels"])
        );
        assert_eq!(scenario.forget_amounts(), ["area_levels"]);
    }

    #[test]
    fn every_fault_of_the_amounts_of_an_area_is_named_with_its_place() {
        let error = read(
            "[[area_levels]]\nown = -1\n[[area_levels]]\narea = \"Luton\"\n\
             [[area_levels]]\narea = \" \"\nfire = \"x\"\n",
        )
        .expect_err("has faults");
        let expected = "\
x.toml:8:1: area_levels.area is missing (a billing authority's name or ONS code)
x.toml:9:7: area_levels.own: -1 is no amount at band D (allowed: 0 to 20000 pounds)
x.toml:10:1: area_levels: no amount is stated (allowed: own, parishes, county_or_gla, police, fire, combined_authority)
x.toml:13:8: area_levels.area: not a line of text (allowed: 1 to 200 printable characters)
x.toml:14:8: area_levels.fire: a string was given (allowed: a number)";
        assert_eq!(error, expected);
    }
}
