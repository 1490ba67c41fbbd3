defmodule QuillWeb.Router do
  use QuillWeb, :router

  pipeline :browser do
    plug :accepts, ["html"]
    plug :fetch_session
    plug :protect_from_forgery
    plug :put_secure_browser_headers
  end

  pipeline :signed_in do
    plug QuillWeb.Auth, :require_user
  end

  scope "/", QuillWeb do
    pipe_through :browser
    get "/", PageController, :home
  end

  scope "/drafts", QuillWeb do
    pipe_through [:browser, :signed_in]
    resources "/", DraftController
  end
end
