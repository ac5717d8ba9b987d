//! The bills of the example households under a prepared scenario.

use super::prepare::Prepared;
use crate::data::example_households::example_households;
use crate::data::{AuthorityRecord, DataError};
use crate::domain::{ExampleHousehold, Pence, divide_half_up};
use crate::tax::{Cases, HouseholdBill, household_bill};

/// An example household and what it pays.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleBill {
    /// The household.
    pub household: ExampleHousehold,
    /// What it pays. Of a preceptor the whole bill is the mean over its billing authorities by
    /// homes of the band, to the penny.
    pub bill: HouseholdBill,
}

/// The bills of all example households, in the order of their table.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::{example_bills, prepare};
/// let world = World::embedded(Some("2023-24"))?;
/// let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
/// let bills = example_bills(&prepare(&scenario, &world)?)?;
/// let couple = bills.iter().find(|one| one.household.key() == "working_couple_d");
/// // 1.2 x £1,656.67.
/// assert_eq!(couple.expect("an example").bill.own.yes.to_string(), "£1,988.00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn example_bills(prepared: &Prepared) -> Result<Vec<ExampleBill>, DataError> {
    let bill = |household: &ExampleHousehold| {
        let in_area = |area| household_bill(household, &prepared.amounts, area);
        let of_areas: Vec<HouseholdBill> = (0..prepared.areas.len()).map(in_area).collect();
        let bill = HouseholdBill {
            own: of_areas[0].own,
            total: mean_total(household, &prepared.areas, &of_areas),
        };
        ExampleBill {
            household: household.clone(),
            bill,
        }
    };
    Ok(example_households()?.iter().map(bill).collect())
}

/// The whole bill, over billing authorities by their homes of the household's band; over all of
/// them alike where the band has no homes.
fn mean_total(
    household: &ExampleHousehold,
    areas: &[AuthorityRecord],
    bills: &[HouseholdBill],
) -> Cases<Pence> {
    let homes = |area: &AuthorityRecord| area.dwellings()[household.band()];
    let none: bool = areas.iter().all(|area| homes(area) == 0);
    let weight = |area: &AuthorityRecord| i128::from(if none { 1 } else { homes(area) });
    let all: i128 = areas.iter().map(weight).sum();
    let mean = |of: fn(Cases<Pence>) -> Pence| {
        let weighted = |(area, bill): (&AuthorityRecord, &HouseholdBill)| {
            weight(area) * i128::from(of(bill.total).pence())
        };
        let sum = areas.iter().zip(bills).map(weighted).sum();
        Pence::from_pence(divide_half_up(sum, all))
    };
    Cases {
        today: mean(|total| total.today),
        yes: mean(|total| total.yes),
        no: mean(|total| total.no),
    }
}
