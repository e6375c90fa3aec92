//! Days and seconds to ISO 8601 texts.

/// A date as year-month-day; `days` since 1970-01-01, proleptic Gregorian calendar.
///
/// The method of Hinnant (2013, "chrono-compatible low-level date algorithms"): years begin in March, so that
/// the leap day is the last of its year.
pub(crate) fn iso_date(days: i64) -> String {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    let shifted = days + 719_468; // from 0000-03-01
    let era = shifted.div_euclid(DAYS_OF_400_YEARS);
    let day_of_era = shifted.rem_euclid(DAYS_OF_400_YEARS);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + 400 * era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A date and time as `2024-02-29T13:05:09`, with milliseconds where they are not zero.
/// `milliseconds` since 1970-01-01.
pub(crate) fn iso_datetime(milliseconds: i64) -> String {
    const DAY: i64 = 86_400_000;
    let (days, of_day) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    let mut text = format!("{}T{:02}:{:02}:{:02}", iso_date(days), seconds / 3600, seconds / 60 % 60, seconds % 60);
    if millis > 0 {
        text.push_str(&format!(".{millis:03}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_the_calendar() {
        // Python: (datetime.date(1970, 1, 1) + datetime.timedelta(days)).isoformat()
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (-1, "1969-12-31"),
            (-141_428, "1582-10-14"),
            (19_782, "2024-02-29"),
            (2_932_896, "9999-12-31"),
        ] {
            assert_eq!(iso_date(days), expected, "{days}");
        }
        assert_eq!(iso_datetime(1_709_211_909_000), "2024-02-29T13:05:09");
        assert_eq!(iso_datetime(-1), "1969-12-31T23:59:59.999");
    }
}
