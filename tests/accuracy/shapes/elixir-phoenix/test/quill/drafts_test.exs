defmodule Quill.DraftsTest do
  use ExUnit.Case, async: true

  alias Quill.Drafts

  describe "slug/1" do
    test "joins words" do
      assert Drafts.slug("Hello, World!") == "hello-world"
    end

    test "has no dash at the ends" do
      assert Drafts.slug("  a b  ") == "a-b"
    end
  end

  describe "publishable?/1" do
    test "needs a title and a body" do
      assert Drafts.publishable?(%{title: "t", body: "b"})
      refute Drafts.publishable?(%{title: "", body: "b"})
      refute Drafts.publishable?(%{title: "t", body: "  "})
    end

    test "has a longest title" do
      refute Drafts.publishable?(%{title: String.duplicate("x", 281), body: "b"})
    end
  end

  test "reading_minutes/1 rounds up" do
    assert Drafts.reading_minutes("") == 1
    assert Drafts.reading_minutes(String.duplicate("word ", 201)) == 2
  end
end
