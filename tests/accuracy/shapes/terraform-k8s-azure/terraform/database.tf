resource "aws_db_instance" "orders" {
  identifier                = "orders"
  engine                    = "postgres"
  engine_version            = "16.4"
  instance_class            = "db.m6g.large"
  allocated_storage         = 100
  storage_encrypted         = true
  publicly_accessible       = false
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "orders-final"
  username                  = "orders"
  password                  = var.orders_password

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket" "receipts" {
  bucket        = "meadow-receipts"
  force_destroy = false
}
