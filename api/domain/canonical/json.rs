//! Canonical JSON (RFC 8785): one text for one value, so that a digest or a signature names it.
//!
//! Members are sorted by the UTF-16 units of their names, nothing is spaced, and numbers are written as ECMAScript writes
//! the nearest double.

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt::{self, Formatter};

/// A value on its way to its canonical form. Numbers are doubles, as RFC 8785 §3.1 asks (I-JSON).
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// Values in their order.
    Array(Vec<Json>),
    /// Members in any order, each name once.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads JSON. Each number is the nearest double, whatever the number of its digits (`float_roundtrip` of `serde_json`):
    /// else a signature over `107.96420000000002` would fail by a bit.
    ///
    /// `None` for what is no JSON, and where an object has two members of one name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The same without one member, and with another; anything but an object stays as it is.
    #[must_use]
    pub fn exchanged(self, without: &str, (name, value): (&str, Json)) -> Self {
        let Self::Object(mut members) = self else { return self };
        members.retain(|(of, _)| of != without && of != name);
        members.push((name.to_owned(), value));
        Self::Object(members)
    }

    /// Its one canonical text.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number_text(*number)),
            Self::Text(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Self::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
                out.push('{');
                for (place, (name, member)) in members.into_iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    member.write(out);
                }
                out.push('}');
            }
        }
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(yes) => Self::Bool(*yes),
            // Without arbitrary precision every number of serde's is a double.
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or_default()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                Self::Object(fields.iter().map(|(name, field)| (name.clone(), Self::from(field))).collect())
            }
        }
    }
}

/// The canonical text of a value.
#[must_use]
pub fn canonical(value: &Value) -> String {
    Json::from(value).canonical()
}

/// A double as ECMAScript's `Number::toString` writes it (ECMA-262 §6.1.6.1.20): the fewest digits that name it, with an
/// exponent from 10²¹ on and below 10⁻⁶.
fn number_text(number: f64) -> String {
    // Both zeros are one.
    if number == 0.0 {
        return "0".to_owned();
    }
    let shortest = format!("{:e}", number.abs());
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits = digits.replace('.', "");
    let (length, point) = (
        i32::try_from(digits.len()).unwrap_or(i32::MAX),
        exponent.parse::<i32>().unwrap_or_default().saturating_add(1),
    );
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let text = if (length..=21).contains(&point) {
        format!("{digits}{}", zeros(point - length))
    } else if (1..=21).contains(&point) {
        let (whole, part) = digits.split_at(usize::try_from(point).unwrap_or_default());
        format!("{whole}.{part}")
    } else if (-5..=0).contains(&point) {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, others) = digits.split_at(1);
        let dot = if others.is_empty() { "" } else { "." };
        let sign = if point > 0 { '+' } else { '-' };
        format!("{first}{dot}{others}e{sign}{}", (point - 1).abs())
    };
    if number < 0.0 { format!("-{text}") } else { text }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Json, E> {
        Ok(Json::Bool(yes))
    }

    // The nearest double, as for every number.
    #[allow(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "RFC 8785 §3.1: numbers are doubles"
    )]
    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number as f64))
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "RFC 8785 §3.1: numbers are doubles"
    )]
    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some((name, value)) = from.next_entry()? {
            // Two members of one name have no canonical form.
            if members.iter().any(|(of, _)| *of == name) {
                return Err(A::Error::custom("two members of one name"));
            }
            members.push((name, value));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn canonical_json_is_as_rfc_8785_writes_it() {
        let value = json!({ "peach": 1.0, "a": [true, null, 40.5, "Đ\n\"", -0.0], "é": {}, "b": 1_000_000 });
        assert_eq!(canonical(&value), r#"{"a":[true,null,40.5,"Đ\n\"",0],"b":1000000,"peach":1,"é":{}}"#);
    }

    /// RFC 8785 appendix B, and where ECMAScript changes to an exponent.
    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        for (bits, text) in [
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ] {
            assert_eq!(number_text(f64::from_bits(bits)), text);
        }
    }

    #[test]
    fn names_are_sorted_by_their_utf_16_units() {
        let text = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
        let sorted = Json::read(text).map(|json| json.canonical());
        assert_eq!(
            sorted.as_deref(),
            Some("{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}")
        );
    }

    #[test]
    fn a_member_is_exchanged_and_numbers_keep_every_digit() {
        let said = r#" { "b" : 107.96420000000002, "envelope": {"x": [1, 2.50]}, "a": "\u0110\/" } "#;
        let with = ("photo", Json::Text("p".to_owned()));
        let signed = Json::read(said).map(|json| json.exchanged("envelope", with).canonical());
        assert_eq!(signed.as_deref(), Some(r#"{"a":"Đ/","b":107.96420000000002,"photo":"p"}"#));
    }

    #[test]
    fn what_is_no_json_has_no_canonical_form() {
        for text in ["", "{", r#"{"a":1,"a":2}"#, "[1,]", "nul", "1 2", "1e999", r#"{"a" 1}"#, "\"a"] {
            assert_eq!(Json::read(text), None, "{text}");
        }
        assert_eq!(Json::read(&"[".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn canonical_json_means_the_same(number in any::<f64>(), text in any::<String>(), name in any::<String>()) {
            prop_assume!(number.is_finite());
            let value = Json::Object(vec![(name, Json::Array(vec![Json::Number(number), Json::Text(text)]))]);
            let again = Json::read(&value.canonical());
            prop_assert_eq!(again.as_ref().map(Json::canonical), Some(value.canonical()));
            prop_assert_eq!(again, Some(value));
        }
    }
}
