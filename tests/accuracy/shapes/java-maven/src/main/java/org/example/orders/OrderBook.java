package org.example.orders;

import java.util.HashMap;
import java.util.Map;

public class OrderBook {
    private final Map<Long, String> open = new HashMap<>();

    public void place(long id, String item) {
        if (open.putIfAbsent(id, item) != null) {
            throw new IllegalStateException("order " + id + " exists");
        }
    }

    public void cancel(long id) {
        if (open.remove(id) == null) {
            throw new IllegalArgumentException("no order " + id);
        }
    }

    public int size() {
        return open.size();
    }
}
