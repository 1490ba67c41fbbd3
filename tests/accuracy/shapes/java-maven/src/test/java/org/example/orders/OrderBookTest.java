package org.example.orders;

import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.Test;

class OrderBookTest {
    private final OrderBook book = new OrderBook();

    @Test
    void placesAnOrder() {
        book.place(1, "tea");
        assertEquals(1, book.size());
    }

    @Test
    void refusesTheSameIdTwice() {
        book.place(1, "tea");
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> book.place(1, "milk"));
        assertEquals("order 1 exists", e.getMessage());
    }

    @Test
    void cancelsOnlyWhatIsThere() {
        assertThrows(IllegalArgumentException.class, () -> book.cancel(9));
    }
}
