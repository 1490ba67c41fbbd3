<?php
final class CartTest extends TestCase
{
    public function testTotal(): void
    {
        self::assertSame(5, (new Cart())->total([2, 3]));
    }
}
