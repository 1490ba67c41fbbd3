# frozen_string_literal: true

require_relative "tally/version"
require_relative "tally/borda"
require_relative "tally/plurality"

module Tally
  class Error < StandardError; end
  class EmptyBallot < Error; end
end
