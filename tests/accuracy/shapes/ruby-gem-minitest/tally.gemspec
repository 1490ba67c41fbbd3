# frozen_string_literal: true

require_relative "lib/tally/version"

Gem::Specification.new do |s|
  s.name = "tally"
  s.version = Tally::VERSION
  s.summary = "Counts votes in several systems"
  s.authors = ["The tally people"]
  s.files = Dir["lib/**/*.rb"] + %w[README.md]
  s.required_ruby_version = ">= 3.1"
  s.metadata["rubygems_mfa_required"] = "true"
  s.add_dependency "bigdecimal", "~> 3.1"
end
