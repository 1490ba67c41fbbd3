plugins {
    kotlin("jvm") version "2.0.21"
    id("org.jetbrains.kotlinx.kover") version "0.8.3"
    id("io.gitlab.arturbosch.detekt") version "1.23.7"
    application
}

dependencies {
    implementation(libs.ktor.server)
    implementation(libs.kotlinx.datetime)
    testImplementation(kotlin("test"))
    testImplementation(libs.kotest)
}

dependencyLocking { lockAllConfigurations() }

kotlin {
    jvmToolchain(21)
    compilerOptions { allWarningsAsErrors = true }
}

detekt {
    buildUponDefaultConfig = true
    config.setFrom("config/detekt.yml")
}

tasks.test {
    useJUnitPlatform()
    maxParallelForks = 2
}

kover {
    reports {
        filters {
            excludes { classes("tidewatch.MainKt") }
        }
        verify {
            rule("lines") { minBound(84) }
            rule("branches") {
                bound {
                    minValue = 70
                    coverageUnits = kotlinx.kover.gradle.plugin.dsl.CoverageUnit.BRANCH
                }
            }
        }
    }
}

tasks.check { dependsOn("koverVerify") }

application { mainClass = "tidewatch.MainKt" }
