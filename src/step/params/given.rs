//! A tree as studies write it, for reading types from: `1e2` and `100.0` are whole numbers where one is asked for.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value as Json};

/// A tree to read a type from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a>(pub &'a Json);

/// Reals above this have no fraction whatever was meant.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'a> Given<'a> {
    /// The whole number that a real one is equal to.
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    fn whole(self) -> Option<i64> {
        let value = self.0.as_f64().filter(|_| self.0.is_f64())?;
        (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error>
    where
        'a: 'de,
    {
        match (self.whole(), self.0.as_f64()) {
            (Some(value), _) => visitor.visit_i64(value),
            (None, Some(large)) if self.0.is_f64() && large.abs() > EXACT => Err(Error::custom(too_large(large))),
            _ => self.deserialize_any(visitor),
        }
    }
}

/// What is wrong with a real number in place of a whole one that it may be equal to.
#[must_use]
pub fn too_large(number: f64) -> String {
    format!("{number:e} is too large for a whole number that is written so: at most {EXACT}, or all of its digits")
}

impl<'a> IntoDeserializer<'a, Error> for Given<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A key of a mapping, which is a text; the number in it where one is asked for.
#[derive(Debug, Clone, Copy)]
struct Key<'a>(&'a str);

impl<'a> IntoDeserializer<'a, Error> for Key<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'a> Key<'a> {
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error>
    where
        'a: 'de,
    {
        match self.0.parse() {
            Ok(value) => visitor.visit_i64(value),
            Err(_) => self.deserialize_any(visitor),
        }
    }
}

macro_rules! whole {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.number(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Given<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (.., value) => visitor.visit_f64(value.unwrap_or(f64::NAN)),
            },
            Json::String(text) => visitor.visit_borrowed_str(text),
            Json::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter().map(Given));
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Json::Object(map) => {
                let mut entries = MapDeserializer::new(map.iter().map(|(key, value)| (Key(key), Given(value))));
                let value = visitor.visit_map(&mut entries)?;
                entries.end()?;
                Ok(value)
            }
        }
    }

    whole! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let what = "a name, or a mapping of one name";
        match self.0 {
            Json::String(name) => visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(name.as_str())),
            Json::Object(map) if map.len() == 1 => {
                let entries = MapDeserializer::new(map.iter().map(|(key, value)| (Key(key), Given(value))));
                visitor.visit_enum(MapAccessDeserializer::new(entries))
            }
            Json::Object(_) => Err(Error::invalid_value(Unexpected::Map, &what)),
            Json::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &what)),
            Json::Null => Err(Error::invalid_type(Unexpected::Unit, &what)),
            Json::Bool(value) => Err(Error::invalid_type(Unexpected::Bool(*value), &what)),
            Json::Number(number) => {
                Err(Error::invalid_type(Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)), &what))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    whole! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(self.0))
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::super::typed;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Way {
        Plain,
        By(usize),
        Within { at: Option<i64> },
    }

    fn reads<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(given: serde_json::Value, wanted: &T) {
        assert_eq!(typed::<T>(&given).as_ref(), Ok(wanted), "{given}");
    }

    #[test]
    fn whole_numbers_may_be_written_as_reals() {
        reads(json!(1e2), &100usize);
        reads(json!(100.0), &100u8);
        reads(json!(-2.0), &-2i64);
        reads(json!(-0.0), &0u64);
        reads(json!([2e1, 3, null]), &vec![Some(20usize), Some(3), None]);
        reads(json!({"by": 3.0}), &Way::By(3));
        for large in [1e300, -1e17] {
            let faults = typed::<i64>(&json!(large)).unwrap_err();
            assert!(faults[0].message.starts_with(&format!("{large:e} is too large for a whole number")), "{faults:?}");
        }
        reads(json!({"within": {"at": 5.0}}), &Way::Within { at: Some(5) });
        reads(json!("plain"), &Way::Plain);
        reads(json!({"0": 3.0, "-2": 1}), &std::collections::BTreeMap::from([(0i32, 3u8), (-2, 1)]));
        // where a real number is asked for nothing changes
        reads(json!([1, 2.5]), &vec![1.0, 2.5]);
    }

    #[test]
    fn what_is_not_whole_stays_refused() {
        for given in [json!(2.5), json!(1e300), json!(-1.0), json!(1e16), json!("3"), json!(null), json!(true)] {
            assert!(typed::<usize>(&given).is_err(), "{given}");
        }
    }

    #[test]
    fn faults_keep_their_places() {
        let faults = typed::<Vec<Vec<u8>>>(&json!([[1], [2, 300]])).unwrap_err();
        assert_eq!(faults[0].path, ["1", "1"]);
        let faults = typed::<(u8, u8)>(&json!([1, 2, 3])).unwrap_err();
        assert!(faults[0].message.starts_with("invalid length 3"), "{faults:?}");
    }
}
