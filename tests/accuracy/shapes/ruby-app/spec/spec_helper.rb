require 'simplecov'
SimpleCov.start do
  enable_coverage :branch
  minimum_coverage line: 95, branch: 85
end
