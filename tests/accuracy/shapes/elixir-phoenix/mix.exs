defmodule Quill.MixProject do
  use Mix.Project

  def project do
    [
      app: :quill,
      version: "0.6.0",
      elixir: "~> 1.17",
      elixirc_options: [warnings_as_errors: true],
      start_permanent: Mix.env() == :prod,
      test_coverage: [tool: ExCoveralls, threshold: 87],
      aliases: aliases(),
      deps: deps()
    ]
  end

  def application, do: [mod: {Quill.Application, []}, extra_applications: [:logger]]

  defp deps do
    [
      {:phoenix, "~> 1.7.14"},
      {:ecto_sql, "~> 3.12"},
      {:postgrex, ">= 0.0.0"},
      {:bcrypt_elixir, "~> 3.1"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      {:sobelow, "~> 0.13", only: [:dev, :test], runtime: false},
      {:excoveralls, "~> 0.18", only: :test}
    ]
  end

  defp aliases do
    [
      "ecto.setup": ["ecto.create", "ecto.migrate"],
      lint: ["format --check-formatted", "credo --strict", "sobelow --exit"],
      test: ["ecto.create --quiet", "ecto.migrate --quiet", "test"]
    ]
  end
end
