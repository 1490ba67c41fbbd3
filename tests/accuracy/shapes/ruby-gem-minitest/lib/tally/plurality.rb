# frozen_string_literal: true

module Tally
  # The most first places win.
  class Plurality
    def initialize(ballots)
      raise EmptyBallot, "a ballot names nobody" if ballots.any?(&:empty?)

      @ballots = ballots
    end

    def winner
      counts = @ballots.map(&:first).tally
      best = counts.values.max
      names = counts.select { |_, n| n == best }.keys
      names.size == 1 ? names.first : nil
    end
  end
end
