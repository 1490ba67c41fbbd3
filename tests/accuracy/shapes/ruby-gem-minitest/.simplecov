SimpleCov.start do
  enable_coverage :branch
  minimum_coverage line: 96, branch: 90
  refuse_coverage_drop
  add_filter "/test/"
end
