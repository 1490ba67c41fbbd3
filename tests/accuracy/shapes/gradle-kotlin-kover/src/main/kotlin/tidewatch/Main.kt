package tidewatch

fun main() {
    println("tidewatch " + Tide(0.0, 3.2).describe())
}
