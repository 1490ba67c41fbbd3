package tidewatch

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe

class AlarmSpec : FunSpec({
    val alarms = Alarms(listOf(Alarm("Brest", 3.0), Alarm("Brest", 4.0), Alarm("Dover", 2.0)))

    test("the highest comes first") {
        alarms.raised("Brest", 4.5).map { it.above } shouldBe listOf(4.0, 3.0)
    }

    test("equal is not above") {
        alarms.raised("Dover", 2.0).shouldBeEmpty()
    }
})
