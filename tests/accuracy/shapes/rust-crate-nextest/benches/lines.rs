fn main() {
    let mut l = cistern::Lines::new(1 << 20);
    l.push(&vec![b'x'; 1 << 16]);
    let _ = l.next_line();
}
