defmodule Quill.Drafts do
  @moduledoc "Texts that are not yet published."

  @max 280

  def slug(title) do
    title
    |> String.downcase()
    |> String.replace(~r/[^a-z0-9]+/u, "-")
    |> String.trim("-")
  end

  def publishable?(%{title: t, body: b}) do
    String.length(t) in 1..@max and String.trim(b) != ""
  end

  def reading_minutes(body) do
    words = body |> String.split() |> length()
    max(1, div(words + 199, 200))
  end
end
