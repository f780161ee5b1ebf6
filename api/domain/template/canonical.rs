//! Canonical JSON (RFC 8785): one text for one value, so that a digest names it.

use serde_json::Value;
use std::fmt::Write as _;

/// Writes a value in canonical form.
///
/// Keys are sorted, nothing is spaced, whole numbers have no fraction. Covers what a checklist may hold: finite
/// numbers below 10¹⁵ and keys of the Basic Multilingual Plane, where order by code point is order by UTF-16 unit.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => match number.as_f64() {
            Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                // Adding zero turns -0 into 0.
                let _ = write!(out, "{:.0}", number + 0.0);
            }
            _ => out.push_str(&number.to_string()),
        },
        Value::String(text) => out.push_str(&Value::from(text.as_str()).to_string()),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (place, (key, field)) in fields.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(field, out);
            }
            out.push('}');
        }
    }
}
