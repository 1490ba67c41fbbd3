# frozen_string_literal: true

require "test_helper"

class BordaTest < Minitest::Test
  def test_points_fall_with_the_rank
    points = Tally::Borda.new([%w[a b c], %w[b a c]]).points
    assert_equal 3, points["a"]
    assert_equal 3, points["b"]
    assert_equal 0, points["c"]
  end

  def test_no_ballots
    assert_empty Tally::Borda.new([]).points
  end
end
