resource "aws_security_group" "db" {
  ingress {
    from_port   = 5432
    cidr_blocks = ["10.0.0.0/8"]
  }
}
