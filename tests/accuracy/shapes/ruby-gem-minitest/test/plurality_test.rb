# frozen_string_literal: true

require "test_helper"

class PluralityTest < Minitest::Test
  def test_most_first_places
    assert_equal "a", Tally::Plurality.new([%w[a b], %w[a c], %w[b a]]).winner
  end

  def test_a_tie_has_no_winner
    assert_nil Tally::Plurality.new([%w[a], %w[b]]).winner
  end

  def test_empty_ballots_are_refused
    e = assert_raises(Tally::EmptyBallot) { Tally::Plurality.new([[]]) }
    assert_equal "a ballot names nobody", e.message
  end
end
