package tidewatch

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class TideTest {
    @Test
    fun `is highest at the start`() {
        assertEquals(2.0, Tide(0.0, 4.0).heightAt(0.0), 1e-9)
    }

    @Test
    fun `is lowest half a period later`() {
        assertEquals(-2.0, Tide(0.0, 4.0).heightAt(Tide.PERIOD / 2), 1e-9)
    }

    @Test
    fun `a negative range is refused`() {
        val e = assertFailsWith<IllegalArgumentException> { Tide(0.0, -1.0) }
        assertEquals("range must not be negative", e.message)
    }

    @Test
    fun `springs and neaps`() {
        assertEquals("spring", Tide(0.0, 5.1).describe())
        assertEquals("neap", Tide(0.0, 5.0).describe())
    }
}
