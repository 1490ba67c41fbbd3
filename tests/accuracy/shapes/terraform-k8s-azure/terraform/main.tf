terraform {
  required_version = ">= 1.9"
  backend "s3" {
    bucket         = "meadow-tfstate"
    key            = "prod/core.tfstate"
    region         = "eu-central-1"
    encrypt        = true
    dynamodb_table = "tf-locks"
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.72"
    }
  }
}

provider "aws" {
  region = var.region
}
