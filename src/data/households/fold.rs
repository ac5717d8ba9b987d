//! Rows of an extract checked one by one and added up to groups of like homes.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::codes::{Code, DISCOUNTS, EXEMPT, MOST_AREAS, STATUSES, Texts, exempt_class};
use super::frames::{Frame, Places};
use super::mapping::{Kind, Mapping, Role, Unit, fold};
use super::numbers::{NotANumber, decimal, decimal_of_real, whole};
use super::refused::{Reason, Refusals, described};
use super::{Caveat, Extract, Published, Understood};
use crate::data::columns as c;
use crate::domain::extract::{charged_proportion, payable_percent};
use crate::domain::{
    Band, ByBand, ExemptClass, ExtractCell, Liability, Nation, Reduction, Tenure, divide_half_up,
};

/// Electors that one home may have.
const MOST_ELECTORS: i64 = 100;
/// The dearest home, pence.
const MOST_VALUE: i64 = 50_000_000_000;
/// The largest award, pence a year, where no bill is known.
const MOST_AWARD: i64 = 2_000_000;
/// Homes that one row may stand for.
const MOST_HOMES: i64 = 1_000_000;
/// The largest premium and the largest discount on an empty or a second home, percent.
const PREMIUMS: std::ops::RangeInclusive<i64> = -100..=300;
/// What an award may exceed the average bill by: parish precepts differ within an authority.
const PARISH_PERCENT: i128 = 10;
/// What an award may exceed the bill by where there are no parishes, pence: weekly rounding.
const WEEKLY_ROUNDING: i128 = 100;
/// Groups that wait before they are added up, unless there are more kinds of home than that.
const MOST_PARTIAL: usize = 1 << 17;
/// Kinds of home that an extract may have.
const MOST_KINDS: usize = 1 << 19;

/// A column of numbers as its file holds it.
enum Values<'a> {
    Texts(&'a StringChunked),
    Whole(Int64Chunked),
    Real(Float64Chunked),
}

/// The numbers of a column of one block: nothing where none is stated.
type Read = Result<Option<i64>, NotANumber>;

/// What a column of numbers held: rows with a number, with something else, with nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    numbers: u64,
    others: u64,
    nothing: u64,
}

impl Met {
    fn add(&mut self, list: &[Number]) {
        let nothing = list
            .iter()
            .filter(|number| **number == Number::NOTHING)
            .count() as u64;
        let numbers = list.iter().filter(|number| number.0 >= 0).count() as u64;
        self.nothing += nothing;
        self.numbers += numbers;
        self.others += list.len() as u64 - nothing - numbers;
    }
}

/// Adds up rows.
pub(super) struct Fold<'a> {
    mapping: &'a Mapping,
    in_frame: BTreeMap<Role, usize>,
    columns: BTreeMap<Role, String>,
    fields: usize,
    texts: BTreeMap<Role, Texts>,
    codes: BTreeMap<Role, Vec<Code>>,
    bills: Option<Bills>,
    refusals: Refusals,
    met: BTreeMap<Role, Met>,
    partial: Vec<DataFrame>,
    partial_rows: usize,
    kinds: usize,
    n_rows: u64,
    rounded: u64,
    discount_not_taken: i64,
    kind_without_award: i64,
    unplaced: i64,
    sum_of_values: i128,
}

/// Whole bills in hundredths of a penny for one percent of what is payable.
struct Bills {
    /// Numerators and denominators of the bill of a full home, by band, plain and disabled.
    full: ByBand<[(i128, i128); 2]>,
    parished: bool,
}

impl Bills {
    fn of(mapping: &Mapping, published: Published<'_>) -> Self {
        let levels = published.record.levels;
        let band_d = mapping.band_d.unwrap_or(levels.area).pence();
        let full = ByBand::from_fn(|band| {
            [false, true].map(|disabled| {
                let ratio = charged_proportion(band, disabled, published.proportions());
                (
                    i128::from(band_d * ratio.numerator()),
                    i128::from(ratio.denominator()),
                )
            })
        });
        Self {
            full,
            parished: levels.own_incl_parish > levels.own,
        }
    }

    /// The bill of a home times so many, pence.
    fn bill(&self, band: Band, disabled: bool, percent: i64, n: i64) -> i64 {
        let (numerator, denominator) = self.full[band][usize::from(disabled)];
        divide_half_up(
            numerator * i128::from(percent) * i128::from(n),
            denominator * 100,
        )
    }

    fn most(&self, bill: i64, n: i64) -> i64 {
        let bill = i128::from(bill);
        let most = if self.parished {
            bill + bill * PARISH_PERCENT / 100
        } else {
            bill + WEEKLY_ROUNDING * i128::from(n)
        };
        i64::try_from(most).unwrap_or(i64::MAX)
    }
}

/// What tells two homes apart, packed into one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    area: u16,
    band: Band,
    disabled: bool,
    liability: Liability,
    exempt: u16,
    premium: i64,
    reduction: Reduction,
    tenure: u16,
}

impl Key {
    /// Widths in bits: area 16, band 4, disabled 1, liability 3, exemption 5, premium 9, reduction
    /// 2, tenure 3.
    fn pack(self) -> u64 {
        let mut packed = u64::from(self.area);
        let mut add = |bits: u32, value: u64| packed = packed << bits | value;
        add(4, self.band.index() as u64);
        add(1, u64::from(self.disabled));
        add(3, self.liability as u64);
        add(5, u64::from(self.exempt));
        add(9, (self.premium - PREMIUMS.start()).unsigned_abs());
        add(2, self.reduction as u64);
        add(3, u64::from(self.tenure));
        packed
    }

    fn unpack(mut packed: u64) -> Self {
        let mut take = |bits: u32| {
            let value = packed & ((1 << bits) - 1);
            packed >>= bits;
            value as usize
        };
        let tenure = take(3) as u16;
        let reduction = Reduction::ALL[take(2)];
        let premium = take(9) as i64 + PREMIUMS.start();
        let exempt = take(5) as u16;
        let liability = Liability::ALL[take(3)];
        let disabled = take(1) == 1;
        let band = Band::ALL[take(4)];
        Self {
            area: take(16) as u16,
            band,
            disabled,
            liability,
            exempt,
            premium,
            reduction,
            tenure,
        }
    }
}

/// The sums of a block, one entry a row that is taken.
#[derive(Default)]
struct Sums {
    key: Vec<u64>,
    dwellings: Vec<i64>,
    award: Vec<i64>,
    award_known: Vec<i64>,
    electors: Vec<i64>,
    electors_known: Vec<i64>,
    value: Vec<i64>,
    value_known: Vec<i64>,
}

const SUMS: [&str; 7] = [
    c::DWELLINGS,
    c::AWARD,
    c::AWARD_KNOWN,
    c::ELECTORS,
    c::ELECTORS_KNOWN,
    c::VALUE,
    c::VALUE_KNOWN,
];

impl Sums {
    /// The rows grouped.
    fn grouped(self) -> PolarsResult<DataFrame> {
        let n = self.key.len();
        let columns = [
            self.dwellings,
            self.award,
            self.award_known,
            self.electors,
            self.electors_known,
            self.value,
            self.value_known,
        ];
        let mut all = vec![Column::new(c::CELL_KEY.into(), self.key)];
        for (name, values) in SUMS.into_iter().zip(columns) {
            all.push(Column::new(name.into(), values));
        }
        grouped(DataFrame::new(n, all)?)
    }
}

/// Adds up the rows of like key: whole numbers only, so their order does not matter.
fn grouped(frame: DataFrame) -> PolarsResult<DataFrame> {
    frame
        .lazy()
        .group_by([col(c::CELL_KEY)])
        .agg(SUMS.map(|name| col(name).sum()))
        .collect()
}

impl<'a> Fold<'a> {
    pub(super) fn new(
        mapping: &'a Mapping,
        in_frame: BTreeMap<Role, usize>,
        fields: usize,
        published: Option<Published<'_>>,
    ) -> Result<Self, String> {
        let in_shares = mapping
            .awards
            .as_ref()
            .and_then(|awards| awards.amount.as_ref())
            .is_some_and(|(_, unit)| matches!(unit, Unit::Share | Unit::Percent));
        if in_shares && published.is_none() {
            return Err(
                "reduction: awards are shares of the bill: say whose bill with --authority"
                    .to_owned(),
            );
        }
        let wales =
            published.is_some_and(|one| one.record.authority.code.nation() == Nation::Wales);
        let mut area_names = BTreeMap::new();
        for ward in published.iter().flat_map(|one| one.wards) {
            area_names.insert(fold(&ward.name), ward.code.clone());
        }
        for name in mapping.ward.iter().flat_map(|(_, names)| names) {
            area_names.insert(fold(name), name.clone());
        }
        let mut texts = BTreeMap::new();
        let mut text_column = |role: Role, meanings| {
            texts.insert(role, Texts::new(role, meanings, wales, area_names.clone()));
        };
        text_column(Role::Band, BTreeMap::new());
        if mapping.ward.is_some() {
            text_column(Role::Ward, BTreeMap::new());
        }
        let kind = match &mapping.awards {
            Some(awards) => match &awards.kind {
                Kind::Column(coded) => Some(coded),
                Kind::All(_) => None,
            },
            None => None,
        };
        for (role, coded) in [
            (Role::Disabled, mapping.disabled.as_ref()),
            (Role::Liability, mapping.liability.as_ref()),
            (Role::Discount, mapping.discount.as_ref()),
            (Role::Status, mapping.status.as_ref()),
            (Role::Exemption, mapping.exemption.as_ref()),
            (Role::Kind, kind),
            (Role::Tenure, mapping.tenure.as_ref()),
        ] {
            if let Some(coded) = coded {
                text_column(role, coded.meanings(role));
            }
        }
        let codes = texts.keys().map(|role| (*role, Vec::new())).collect();
        let columns = mapping
            .columns()
            .into_iter()
            .map(|(role, column)| (role, column.to_owned()))
            .collect();
        Ok(Self {
            bills: published.map(|published| Bills::of(mapping, published)),
            mapping,
            in_frame,
            columns,
            fields,
            texts,
            codes,
            refusals: Refusals::default(),
            met: BTreeMap::new(),
            partial: Vec::new(),
            partial_rows: 0,
            kinds: 0,
            n_rows: 0,
            rounded: 0,
            discount_not_taken: 0,
            kind_without_award: 0,
            unplaced: 0,
            sum_of_values: 0,
        })
    }

    /// Takes the rows of one frame.
    ///
    /// # Errors
    /// When Polars fails, or the extract cannot be what the mapping says.
    pub(super) fn take(&mut self, frame: &Frame<'_>) -> Result<(), String> {
        self.n_rows += frame.n_rows;
        if let Places::Csv(block) = &frame.places {
            self.n_rows -= blank_rows(block);
            self.refusals
                .add_misfits(block.n_misfits, &block.misfits, self.fields);
        }
        let polars = |error: PolarsError| error.to_string();
        for (role, texts) in &mut self.texts {
            let column = &frame.columns.columns()[self.in_frame[role]];
            let codes = self.codes.get_mut(role).expect("every text has codes");
            texts.codes(column, codes).map_err(polars)?;
        }
        if self
            .texts
            .get(&Role::Ward)
            .is_some_and(|ward| ward.areas().overflow)
        {
            return Err(format!(
                "households.ward: {:?} has more than {MOST_AREAS} different codes: that is no small \
                 area",
                self.columns[&Role::Ward]
            ));
        }
        let sums = self.rows(frame).map_err(polars)?;
        if i64::try_from(self.sum_of_values).is_err() {
            return Err("the values add up to more than can be counted".to_owned());
        }
        let part = sums.grouped().map_err(polars)?;
        self.partial_rows += part.height();
        self.partial.push(part);
        if self.partial_rows > MOST_PARTIAL.max(2 * self.kinds) {
            self.add_up().map_err(polars)?;
            self.kinds = self.partial.iter().map(DataFrame::height).sum();
            self.partial_rows = self.kinds;
            if self.kinds > MOST_KINDS {
                return Err(format!(
                    "more than {MOST_KINDS} kinds of home: a mapped column is no code"
                ));
            }
        }
        Ok(())
    }

    /// Adds up the groups of several blocks.
    fn add_up(&mut self) -> PolarsResult<()> {
        let parts: Vec<LazyFrame> = self.partial.drain(..).map(DataFrame::lazy).collect();
        if parts.is_empty() {
            return Ok(());
        }
        let all = concat(parts, UnionArgs::default())?.collect()?;
        self.partial.push(grouped(all)?);
        Ok(())
    }

    fn values<'f>(&self, frame: &'f Frame<'_>, role: Role) -> PolarsResult<Option<Values<'f>>> {
        let Some(&at) = self.in_frame.get(&role) else {
            return Ok(None);
        };
        let column = frame.columns.columns()[at].as_materialized_series();
        Ok(Some(match column.dtype() {
            DataType::String => Values::Texts(column.str()?),
            DataType::Float64 | DataType::Float32 => {
                Values::Real(column.cast(&DataType::Float64)?.f64()?.clone())
            }
            _ => Values::Whole(column.cast(&DataType::Int64)?.i64()?.clone()),
        }))
    }
}

/// What stands for a number that is not there, or is none, in a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number(i64);

impl Number {
    const NOTHING: Self = Self(-1);

    fn of(read: Read) -> Self {
        match read {
            Ok(None) => Self::NOTHING,
            Ok(Some(value)) => Self(value),
            Err(NotANumber::Text) => Self(-2),
            Err(NotANumber::Negative) => Self(-3),
            Err(NotANumber::NotWhole) => Self(-4),
            Err(NotANumber::TooLarge) => Self(-5),
        }
    }

    /// The number, at most `most`; nothing where none is stated.
    fn at_most(self, most: i64) -> Result<Option<i64>, Reason> {
        match self.0 {
            -1 => Ok(None),
            -2 => Err(Reason::TextInNumber),
            -3 => Err(Reason::Negative),
            -4 => Err(Reason::NotWhole),
            value if value < 0 || value > most => Err(Reason::TooLarge),
            value => Ok(Some(value)),
        }
    }
}

/// The numbers of a column in units of their last place; and how many had more than that.
/// Without places only whole numbers are allowed.
fn numbers(values: &Values<'_>, places: usize) -> (Vec<Number>, u64) {
    let mut rounded = 0;
    let mut kept = |read: Result<(i64, bool), NotANumber>| {
        Number::of(match read {
            Err(error) => Err(error),
            Ok((_, true)) if places == 0 => Err(NotANumber::NotWhole),
            Ok((value, more)) => {
                rounded += u64::from(more);
                Ok(Some(value))
            }
        })
    };
    let list = match values {
        Values::Texts(texts) => {
            let mut list = Vec::with_capacity(texts.len());
            for text in texts.downcast_iter().flat_map(|chunk| chunk.iter()) {
                let text = text.unwrap_or("").trim_ascii();
                list.push(if text.is_empty() {
                    Number::NOTHING
                } else {
                    kept(decimal(text.as_bytes(), places))
                });
            }
            list
        }
        Values::Whole(numbers) => {
            let unit = 10i64.pow(places as u32);
            let read = |number: i64| match number.checked_mul(unit) {
                _ if number < 0 => Err(NotANumber::Negative),
                None => Err(NotANumber::TooLarge),
                Some(value) => Ok((value, false)),
            };
            numbers
                .iter()
                .map(|number| number.map_or(Number::NOTHING, |number| kept(read(number))))
                .collect()
        }
        Values::Real(numbers) => numbers
            .iter()
            .map(|number| match number {
                Some(number) if !number.is_nan() => kept(decimal_of_real(number, places)),
                _ => Number::NOTHING,
            })
            .collect(),
    };
    (list, rounded)
}

/// The premiums of a column: percent, which may be below nothing.
fn premiums(values: &Values<'_>) -> Vec<Number> {
    let of = |text: &str| {
        let text = text.trim_ascii();
        let text = text.strip_suffix('%').unwrap_or(text);
        let (digits, sign) = text
            .strip_prefix('-')
            .map_or((text, 1), |digits| (digits, -1));
        Number::of(match digits {
            "" if sign == 1 => Ok(None),
            digits => match whole(digits.as_bytes()) {
                Err(error) => Err(error),
                // Kept from nothing upwards, so that no premium looks like a fault.
                Ok(percent) if PREMIUMS.contains(&(sign * percent)) => {
                    Ok(Some(sign * percent - PREMIUMS.start()))
                }
                Ok(_) => Err(NotANumber::TooLarge),
            },
        })
    };
    match values {
        Values::Texts(texts) => texts
            .downcast_iter()
            .flat_map(|chunk| chunk.iter())
            .map(|text| of(text.unwrap_or("")))
            .collect(),
        Values::Whole(numbers) => numbers
            .iter()
            .map(|number| of(&number.map_or(String::new(), |number| number.to_string())))
            .collect(),
        Values::Real(numbers) => numbers
            .iter()
            .map(|number| {
                let number = number.filter(|number| !number.is_nan());
                of(&number.map_or(String::new(), |number| number.to_string()))
            })
            .collect(),
    }
}

/// The columns of one block beside each other.
struct Columns<'a> {
    codes: &'a BTreeMap<Role, Vec<Code>>,
    numbers: BTreeMap<Role, Vec<Number>>,
}

impl Columns<'_> {
    fn codes(&self, role: Role) -> &[Code] {
        self.codes.get(&role).map_or(&[], Vec::as_slice)
    }

    fn numbers(&self, role: Role) -> &[Number] {
        self.numbers.get(&role).map_or(&[], Vec::as_slice)
    }
}

/// A row that is taken: what tells it apart, and its figures.
struct Taken {
    key: Key,
    n: i64,
    award: i64,
    award_known: i64,
    electors: Option<i64>,
    electors_known: i64,
    value: Option<i64>,
    value_known: i64,
    discount_not_taken: bool,
    kind_without_award: bool,
}

/// How a row is checked: everything of it that does not change from row to row.
struct Check<'a> {
    band: &'a [Code],
    ward: &'a [Code],
    disabled: &'a [Code],
    liability: &'a [Code],
    discount: &'a [Code],
    status: &'a [Code],
    exemption: &'a [Code],
    kind: &'a [Code],
    tenure: &'a [Code],
    premium: &'a [Number],
    award: &'a [Number],
    award_known: &'a [Number],
    electors: &'a [Number],
    electors_known: &'a [Number],
    value: &'a [Number],
    value_known: &'a [Number],
    count: &'a [Number],
    unit: Unit,
    all_of_kind: Option<Reduction>,
    bills: Option<&'a Bills>,
}

impl Check<'_> {
    /// The homes of a row.
    fn n(&self, row: usize) -> Result<i64, (Reason, Role)> {
        match self.count.get(row) {
            None => Ok(1),
            Some(number) => match number.at_most(MOST_HOMES) {
                Ok(Some(n)) => Ok(n),
                Ok(None) => Err((Reason::TextInNumber, Role::Count)),
                Err(reason) => Err((reason, Role::Count)),
            },
        }
    }

    fn code(column: &[Code], row: usize, role: Role) -> Result<Code, (Reason, Role)> {
        let code = column.get(row).copied().unwrap_or(Code::NOTHING);
        match code.refusal() {
            None => Ok(code),
            Some(reason) => Err((reason, role)),
        }
    }

    fn number(
        column: &[Number],
        row: usize,
        most: i64,
        role: Role,
    ) -> Result<Option<i64>, (Reason, Role)> {
        match column.get(row) {
            None => Ok(None),
            Some(number) => number.at_most(most).map_err(|reason| (reason, role)),
        }
    }

    /// Of how many homes a figure is known: all that state it, or as many as the row says.
    fn known(
        column: &[Number],
        row: usize,
        n: i64,
        stated: bool,
        role: Role,
    ) -> Result<i64, (Reason, Role)> {
        let all = if stated { n } else { 0 };
        match Self::number(column, row, i64::MAX, role)? {
            Some(known) if known > n => Err((Reason::KnownBeyondCount, role)),
            Some(known) => Ok(known),
            None => Ok(all),
        }
    }

    #[inline]
    fn row(&self, row: usize) -> Result<Taken, (Reason, Role)> {
        let band = Self::code(self.band, row, Role::Band)?.of(&Band::ALL);
        let band = band.ok_or((Reason::Unbanded, Role::Band))?;
        let area = self.ward.get(row).map_or(0, |code| code.0);
        let disabled = Self::code(self.disabled, row, Role::Disabled)? != Code::NOTHING;
        let liability = Self::code(self.liability, row, Role::Liability)?.of(&Liability::ALL);
        let discount = Self::code(self.discount, row, Role::Discount)?.of(&DISCOUNTS);
        let status = Self::code(self.status, row, Role::Status)?.of(&STATUSES);
        let exemption = Self::code(self.exemption, row, Role::Exemption)?;
        let tenure = Self::code(self.tenure, row, Role::Tenure)?.0;
        let n = self.n(row)?;

        let exempt = exemption != Code::NOTHING || liability == Some(Liability::Exempt);
        let discount = discount.filter(|one| *one != Liability::Full);
        let (class, discount_not_taken) = match (exempt, status, liability, discount) {
            (true, _, _, discount) => (Liability::Exempt, discount.is_some()),
            (false, Some(status), _, discount) => (status, discount.is_some()),
            (false, None, Some(liability), _) => (liability, false),
            (false, None, None, discount) => (discount.unwrap_or(Liability::Full), false),
        };
        let premium = Self::number(self.premium, row, i64::MAX, Role::Premium)?
            .map_or(0, |premium| premium + PREMIUMS.start());
        if premium != 0 && !class.is_nobodys_main_home() {
            return Err((Reason::PremiumOnMainHome, Role::Premium));
        }
        let percent = payable_percent(class, premium);

        let kind = match self.all_of_kind {
            Some(kind) => Some(kind),
            None => Self::code(self.kind, row, Role::Kind)?.of(&Reduction::ALL),
        };
        let kind = kind.filter(|kind| *kind != Reduction::None);
        let (reduction, award) = self.award(row, n, band, disabled, percent, kind)?;
        let kind_without_award =
            self.all_of_kind.is_none() && kind.is_some() && reduction == Reduction::None;
        let award_known = match reduction {
            Reduction::None => 0,
            _ => Self::known(
                self.award_known,
                row,
                n,
                !self.award.is_empty(),
                Role::AwardKnown,
            )?,
        };
        let electors = Self::number(
            self.electors,
            row,
            MOST_ELECTORS.saturating_mul(n),
            Role::Electors,
        )?;
        let value = Self::number(self.value, row, MOST_VALUE.saturating_mul(n), Role::Value)?;
        Ok(Taken {
            key: Key {
                area,
                band,
                disabled,
                liability: class,
                exempt: if exempt { exemption.0.max(EXEMPT.0) } else { 0 },
                premium,
                reduction,
                tenure,
            },
            n,
            award,
            award_known,
            electors_known: Self::known(
                self.electors_known,
                row,
                n,
                electors.is_some(),
                Role::ElectorsKnown,
            )?,
            electors,
            value_known: Self::known(self.value_known, row, n, value.is_some(), Role::ValueKnown)?,
            value,
            discount_not_taken,
            kind_without_award,
        })
    }

    /// The kind and the amount of an award in pence, not above the bill.
    fn award(
        &self,
        row: usize,
        n: i64,
        band: Band,
        disabled: bool,
        percent: i64,
        kind: Option<Reduction>,
    ) -> Result<(Reduction, i64), (Reason, Role)> {
        if self.award.is_empty() {
            return Ok((kind.unwrap_or(Reduction::None), 0));
        }
        let stated = Self::number(self.award, row, i64::MAX, Role::Award)?.unwrap_or(0);
        if stated == 0 {
            // A file of cells says that the awards of these homes are not known: their kind stays.
            let known = Self::number(self.award_known, row, i64::MAX, Role::AwardKnown)?;
            let kept = kind.filter(|_| known == Some(0));
            return Ok((kept.unwrap_or(Reduction::None), 0));
        }
        let kind = kind.ok_or((Reason::AwardWithoutKind, Role::Award))?;
        let above = (Reason::AwardAboveBill, Role::Award);
        let bill = self
            .bills
            .map(|bills| (bills, bills.bill(band, disabled, percent, n)));
        let pence = match (self.unit, bill) {
            (Unit::Share | Unit::Percent, Some((_, bill))) => {
                let one = 10i64.pow(self.unit.places() as u32);
                let whole = if self.unit == Unit::Share {
                    one
                } else {
                    100 * one
                };
                if stated > whole {
                    return Err(above);
                }
                divide_half_up(i128::from(bill) * i128::from(stated), i128::from(whole))
            }
            _ => stated,
        };
        let most = bill.map_or_else(
            || {
                if percent > 0 {
                    MOST_AWARD.saturating_mul(n)
                } else {
                    0
                }
            },
            |(bills, bill)| if percent > 0 { bills.most(bill, n) } else { 0 },
        );
        if pence > most {
            return Err(above);
        }
        Ok((kind, pence))
    }
}

impl Fold<'_> {
    /// Checks the rows of a frame one by one.
    fn rows(&mut self, frame: &Frame<'_>) -> PolarsResult<Sums> {
        let mut read = BTreeMap::new();
        let award_unit = self
            .mapping
            .awards
            .as_ref()
            .and_then(|awards| awards.amount.as_ref())
            .map_or(Unit::Pounds, |(_, unit)| *unit);
        let value_unit = self
            .mapping
            .value
            .as_ref()
            .map_or(Unit::Pounds, |value| value.unit);
        for (role, places) in [
            (Role::Award, award_unit.places()),
            (Role::Value, value_unit.places()),
            (Role::Electors, 0),
            (Role::Count, 0),
            (Role::AwardKnown, 0),
            (Role::ElectorsKnown, 0),
            (Role::ValueKnown, 0),
        ] {
            if let Some(values) = self.values(frame, role)? {
                let (list, rounded) = numbers(&values, places);
                self.rounded += rounded;
                read.insert(role, list);
            }
        }
        if let Some(values) = self.values(frame, Role::Premium)? {
            read.insert(Role::Premium, premiums(&values));
        }
        for (role, list) in &read {
            self.met.entry(*role).or_default().add(list);
        }
        let columns = Columns {
            codes: &self.codes,
            numbers: read,
        };
        let awards = self.mapping.awards.as_ref();
        let check = Check {
            band: columns.codes(Role::Band),
            ward: columns.codes(Role::Ward),
            disabled: columns.codes(Role::Disabled),
            liability: columns.codes(Role::Liability),
            discount: columns.codes(Role::Discount),
            status: columns.codes(Role::Status),
            exemption: columns.codes(Role::Exemption),
            kind: columns.codes(Role::Kind),
            tenure: columns.codes(Role::Tenure),
            premium: columns.numbers(Role::Premium),
            award: columns.numbers(Role::Award),
            award_known: columns.numbers(Role::AwardKnown),
            electors: columns.numbers(Role::Electors),
            electors_known: columns.numbers(Role::ElectorsKnown),
            value: columns.numbers(Role::Value),
            value_known: columns.numbers(Role::ValueKnown),
            count: columns.numbers(Role::Count),
            unit: award_unit,
            all_of_kind: awards.and_then(|awards| match awards.kind {
                Kind::All(kind) => Some(kind),
                Kind::Column(_) => None,
            }),
            bills: self.bills.as_ref(),
        };
        let n_rows = frame.columns.height();
        let mut sums = Sums::with_capacity(n_rows);
        for row in 0..n_rows {
            match check.row(row) {
                Ok(taken) if taken.n == 0 => {}
                Ok(taken) => {
                    let value = taken.value.unwrap_or(0);
                    self.discount_not_taken += i64::from(taken.discount_not_taken) * taken.n;
                    self.kind_without_award += i64::from(taken.kind_without_award) * taken.n;
                    self.sum_of_values += i128::from(value);
                    if !check.ward.is_empty() && taken.key.area == 0 {
                        self.unplaced += taken.n;
                    }
                    sums.push(&taken, value);
                }
                Err((reason, role)) => {
                    let column = self.columns.get(&role).map(|name| (role, name.as_str()));
                    let n = check.n(row).unwrap_or(0);
                    let example = || {
                        let column = &frame.columns.columns()[self.in_frame[&role]];
                        column.get(row).map_or(String::new(), |value| match value {
                            AnyValue::Null => described(""),
                            value => described(&value.str_value()),
                        })
                    };
                    self.refusals
                        .add(reason, column, frame.places.row(row), n, example);
                }
            }
        }
        Ok(sums)
    }

    /// All groups, in order.
    pub(super) fn finish(mut self) -> Result<Extract, String> {
        self.add_up().map_err(|error| error.to_string())?;
        let met = self.texts.remove(&Role::Ward).map(|ward| {
            let understood = self.understanding(Role::Ward, &ward);
            (ward.into_areas().into_names(), understood)
        });
        let (areas_met, ward_understood) = met.map_or((Vec::new(), None), |(areas, understood)| {
            (areas, Some(understood))
        });
        let mut areas = areas_met.clone();
        areas.sort();
        let place: Vec<usize> = areas_met
            .iter()
            .map(|area| areas.binary_search(area).expect("sorted from the same"))
            .collect();
        let mut cells = match self.partial.pop() {
            None => Vec::new(),
            Some(frame) => cells(&frame, &place).map_err(|error| error.to_string())?,
        };
        cells.sort_by_key(order);
        let mut caveats = Vec::new();
        if self.unplaced > 0 {
            let column = self.columns[&Role::Ward].clone();
            caveats.push(Caveat::Unplaced {
                n_dwellings: self.unplaced,
                column,
            });
        }
        if let Some(tenure) = self.texts.get(&Role::Tenure) {
            let (_, others) = tenure.counts();
            if others > 0 {
                caveats.push(Caveat::UnknownTenure { n_rows: others });
            }
        }
        if self.rounded > 0 {
            caveats.push(Caveat::Rounded { n: self.rounded });
        }
        if self.discount_not_taken > 0 {
            caveats.push(Caveat::DiscountNotTaken {
                n_dwellings: self.discount_not_taken,
            });
        }
        if self.kind_without_award > 0 {
            caveats.push(Caveat::KindWithoutAward {
                n_dwellings: self.kind_without_award,
            });
        }
        if self.bills.is_none() {
            caveats.push(Caveat::BillsUnknown);
        }
        let mut understood: Vec<Understood> = Vec::new();
        for (role, column) in self.mapping.columns() {
            match (role, self.texts.get(&role)) {
                (Role::Ward, _) => understood.extend(ward_understood.clone()),
                (_, Some(texts)) => understood.push(self.understanding(role, texts)),
                _ => {
                    let met = self.met.get(&role).copied().unwrap_or_default();
                    understood.push(Understood {
                        role,
                        column: column.clone(),
                        texts: Vec::new(),
                        numbers: met.numbers,
                        others: met.others,
                        nothing: met.nothing,
                    });
                }
            }
        }
        Ok(Extract {
            areas,
            cells,
            n_rows: self.n_rows,
            refused: self.refusals.into_list(),
            mapping: self.mapping.clone(),
            understood,
            caveats,
            has_awards: self
                .mapping
                .awards
                .as_ref()
                .is_some_and(|awards| awards.amount.is_some()),
            rows_from_header: true,
        })
    }

    fn understanding(&self, role: Role, texts: &Texts) -> Understood {
        let (known, others) = texts.counts();
        Understood {
            role,
            column: self.columns[&role].clone(),
            texts: known,
            numbers: 0,
            others,
            nothing: texts.nothing(),
        }
    }
}

impl Sums {
    fn with_capacity(n: usize) -> Self {
        let column = || Vec::with_capacity(n);
        Self {
            key: Vec::with_capacity(n),
            dwellings: column(),
            award: column(),
            award_known: column(),
            electors: column(),
            electors_known: column(),
            value: column(),
            value_known: column(),
        }
    }

    #[inline]
    fn push(&mut self, taken: &Taken, value: i64) {
        self.key.push(taken.key.pack());
        self.dwellings.push(taken.n);
        self.award.push(taken.award);
        self.award_known.push(taken.award_known);
        self.electors.push(taken.electors.unwrap_or(0));
        self.electors_known.push(taken.electors_known);
        self.value.push(value);
        self.value_known.push(taken.value_known);
    }
}

/// Blank lines of a block.
fn blank_rows(block: &super::records::Block<'_>) -> u64 {
    block.n_rows - block.n_records as u64 - block.n_misfits
}

/// The cells of the groups; `place` is where each area stands among the sorted ones.
fn cells(frame: &DataFrame, place: &[usize]) -> PolarsResult<Vec<ExtractCell>> {
    let keys = frame.column(c::CELL_KEY)?.u64()?.clone();
    let sums: Vec<Vec<i64>> = SUMS
        .iter()
        .map(|name| Ok(frame.column(name)?.i64()?.into_no_null_iter().collect()))
        .collect::<PolarsResult<_>>()?;
    let cell = |(row, packed): (usize, u64)| {
        let key = Key::unpack(packed);
        ExtractCell {
            area: usize::from(key.area).checked_sub(1).map(|area| place[area]),
            band: key.band,
            disabled: key.disabled,
            liability: key.liability,
            exempt_class: exempt_class(Code(key.exempt)),
            premium_percent: key.premium,
            reduction: key.reduction,
            tenure: Code(key.tenure).of(&Tenure::ALL),
            n_dwellings: sums[0][row],
            award_pence: sums[1][row],
            n_award_known: sums[2][row],
            electors: sums[3][row],
            n_electors_known: sums[4][row],
            value_pence: sums[5][row],
            n_value_known: sums[6][row],
        }
    };
    Ok(keys.into_no_null_iter().enumerate().map(cell).collect())
}

type Order = (
    Option<usize>,
    Band,
    bool,
    Liability,
    Option<ExemptClass>,
    i64,
    Reduction,
    Option<Tenure>,
);

/// The order of cells: everything that tells two of them apart.
fn order(cell: &ExtractCell) -> Order {
    (
        cell.area,
        cell.band,
        cell.disabled,
        cell.liability,
        cell.exempt_class,
        cell.premium_percent,
        cell.reduction,
        cell.tenure,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_out_as_it_went_in() {
        for area in [0, 1, 20_000] {
            for band in Band::ALL {
                for liability in Liability::ALL {
                    for premium in [-100, 0, 300] {
                        let key = Key {
                            area,
                            band,
                            disabled: premium > 0,
                            liability,
                            exempt: 24,
                            premium,
                            reduction: Reduction::PensionAge,
                            tenure: 4,
                        };
                        assert_eq!(Key::unpack(key.pack()), key);
                    }
                }
            }
        }
    }
}
