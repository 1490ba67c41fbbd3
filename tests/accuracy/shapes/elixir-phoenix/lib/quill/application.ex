defmodule Quill.Application do
  use Application

  @impl true
  def start(_type, _args) do
    Supervisor.start_link([Quill.Repo, QuillWeb.Endpoint], strategy: :one_for_one)
  end
end
