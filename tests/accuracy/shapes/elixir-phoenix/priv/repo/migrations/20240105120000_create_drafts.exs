defmodule Quill.Repo.Migrations.CreateDrafts do
  use Ecto.Migration

  def change do
    create table(:drafts) do
      add :title, :string, null: false
      add :body, :text, null: false
      add :author_id, references(:users), null: false
      timestamps()
    end
  end
end
