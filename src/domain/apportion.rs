//! Sharing out whole units so that they add up exactly.

/// Shares `total` out in proportion to `weights` by largest remainder; the parts add to the total.
///
/// Ties go to the earlier weight. With no positive weight there is nobody to give to: `None`,
/// unless the total is 0.
///
/// # Example
/// ```
/// use bandwise::domain::apportion;
/// assert_eq!(apportion(10, &[1, 1, 1]), Some(vec![4, 3, 3]));
/// assert_eq!(apportion(10, &[0, 0]), None);
/// ```
///
/// # Panics
/// When the total or a weight is negative.
pub fn apportion(total: i64, weights: &[i64]) -> Option<Vec<i64>> {
    assert!(
        total >= 0 && weights.iter().all(|&weight| weight >= 0),
        "only positive parts"
    );
    let sum: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if sum == 0 {
        return (total == 0).then(|| vec![0; weights.len()]);
    }
    let quota = |weight: i64| i128::from(total) * i128::from(weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|&weight| narrow(quota(weight) / sum))
        .collect();
    let left = total - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&index| (-(quota(weights[index]) % sum), index));
    for &index in order
        .iter()
        .take(usize::try_from(left).expect("fewer left than parts"))
    {
        parts[index] += 1;
    }
    Some(parts)
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).expect("a part is no larger than the total")
}
