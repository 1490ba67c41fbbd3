#!/bin/sh
set -eu
flutter build appbundle --release
fastlane supply --aab build/app/outputs/bundle/release/app-release.aab
