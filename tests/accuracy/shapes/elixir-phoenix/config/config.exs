import Config

config :quill, QuillWeb.Endpoint,
  url: [host: "localhost"],
  render_errors: [formats: [html: QuillWeb.ErrorHTML]]

config :bcrypt_elixir, log_rounds: 12
