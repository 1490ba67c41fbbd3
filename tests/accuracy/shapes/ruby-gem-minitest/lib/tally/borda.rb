# frozen_string_literal: true

module Tally
  # Points by rank.
  class Borda
    def initialize(ballots)
      @ballots = ballots
    end

    def points
      @ballots.each_with_object(Hash.new(0)) do |ballot, sum|
        ballot.each_with_index { |name, i| sum[name] += ballot.size - i - 1 }
      end
    end
  end
end
