# frozen_string_literal: true

module Tally
  VERSION = "1.2.0"
end
