package org.example.orders;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.*;

@RestController
public class OrderController {
    private final OrderBook book;

    public OrderController(OrderBook book) {
        this.book = book;
    }

    @PreAuthorize("hasRole('CLERK')")
    @DeleteMapping("/orders/{id}")
    public void cancel(@PathVariable long id) {
        book.cancel(id);
    }
}
