package tidewatch

data class Alarm(val station: String, val above: Double)

class Alarms(private val all: List<Alarm>) {
    fun raised(station: String, height: Double): List<Alarm> =
        all.filter { it.station == station && height > it.above }.sortedByDescending { it.above }
}
