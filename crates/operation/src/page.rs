//! Paging: opaque, tamper-evident markers that stay valid across restarts and changes of the listing.

use keygate_wire::OperationModel;

use crate::cx::ReadCx;
use crate::failure::Failure;

/// Items on a page when the caller names no number.
pub const DEFAULT_PAGE: usize = 100;

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are more.
    pub is_truncated: bool,
    /// Where to go on, if there are more.
    pub marker: Option<String>,
}

/// The page after `marker` of `items`, which must be in ascending order of `key`.
///
/// The marker carries the last key shown, so that items which come or go between two calls shift nothing. It is
/// bound to the account, the operation and `scope` (the filters of the listing).
///
/// # Errors
/// A marker that this listing did not give out.
pub fn paginate<M: OperationModel, T>(
    cx: &ReadCx<'_>,
    scope: &str,
    marker: Option<&str>,
    max_items: Option<i32>,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, Failure<M>> {
    let context = context::<M>(cx, scope);
    let after = position::<M>(cx, scope, marker)?;
    let wanted = max_items.and_then(|max| usize::try_from(max).ok()).unwrap_or(DEFAULT_PAGE);
    let mut rest = items.into_iter().filter(|item| after.as_ref().is_none_or(|after| key(item) > *after));
    let items: Vec<T> = rest.by_ref().take(wanted).collect();
    let is_truncated = rest.next().is_some();
    let marker = match items.last() {
        Some(last) if is_truncated => Some(cx.env.keys.marker(context.as_bytes(), key(last).as_bytes())?),
        _ => None,
    };
    Ok(Page { items, is_truncated, marker })
}

/// The key of the last item before the page that this marker leads to; `None` without marker.
///
/// # Errors
/// A marker that this listing did not give out.
pub fn position<M: OperationModel>(
    cx: &ReadCx<'_>,
    scope: &str,
    marker: Option<&str>,
) -> Result<Option<String>, Failure<M>> {
    let Some(marker) = marker else { return Ok(None) };
    let opened = cx.env.keys.open_marker(context::<M>(cx, scope).as_bytes(), marker).ok();
    let last = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    last.map(Some).ok_or_else(|| Failure::validation("Invalid Marker."))
}

fn context<M: OperationModel>(cx: &ReadCx<'_>, scope: &str) -> String {
    format!("{}/{}/{scope}", cx.account_id(), M::NAME)
}
