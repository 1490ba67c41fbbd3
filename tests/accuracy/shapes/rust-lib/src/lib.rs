#![deny(warnings)]
#![forbid(unsafe_code)]

/// Counts crossings.
pub fn crossings(s: &str) -> usize {
    memchr::memchr_iter(b'x', s.as_bytes()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(crossings("axbx"), 2);
    }

    #[test]
    fn none() {
        assert_eq!(crossings(""), 0);
    }
}
