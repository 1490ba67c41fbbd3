variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "orders_password" {
  type      = string
  sensitive = true
}
