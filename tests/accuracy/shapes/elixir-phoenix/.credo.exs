%{
  configs: [
    %{
      name: "default",
      strict: true,
      checks: [
        {Credo.Check.Readability.ModuleDoc, []},
        {Credo.Check.Warning.IoInspect, []},
        {Credo.Check.Refactor.Nesting, [max_nesting: 2]}
      ]
    }
  ]
}
