use cistern::{Error, Lines};
use proptest::prelude::*;

#[test]
fn a_line_over_two_pushes() {
    let mut l = Lines::new(80);
    l.push(b"hel");
    assert_eq!(l.next_line(), Ok(None));
    l.push(b"lo\nrest");
    assert_eq!(l.next_line().unwrap().unwrap(), "hello");
    assert_eq!(l.next_line(), Ok(None));
}

#[test]
fn too_long() {
    let mut l = Lines::new(3);
    l.push(b"four");
    assert_eq!(l.next_line(), Err(Error::TooLong(4)));
}

#[test]
fn empty_lines_count() {
    let mut l = Lines::new(3);
    l.push(b"\n\n");
    assert_eq!(l.next_line().unwrap().unwrap(), "");
    assert_eq!(l.next_line().unwrap().unwrap(), "");
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut l = Lines::new(16);
        l.push(&bytes);
        while let Ok(Some(_)) = l.next_line() {}
    }
}
