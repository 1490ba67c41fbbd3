package tidewatch

import kotlin.math.PI
import kotlin.math.cos

/** A simple tide: height over a mean, in metres. */
class Tide(private val mean: Double, private val range: Double) {
    init {
        require(range >= 0) { "range must not be negative" }
    }

    fun heightAt(hours: Double): Double = mean + range / 2 * cos(2 * PI * hours / PERIOD)

    fun describe(): String = if (range > SPRING) "spring" else "neap"

    companion object {
        const val PERIOD = 12.42
        const val SPRING = 5.0
    }
}
