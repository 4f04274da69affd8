# The same network in two regions, with one range: as on AWS there may be both, with a service
# each. The engine has one network of a range, so tasks run in the first one only.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "release" {
  type    = number
  default = 1
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

module "east" {
  source  = "./network"
  name    = "shop"
  release = var.release
}

module "west" {
  source  = "./network"
  name    = "shop"
  tasks   = module.east.tasks # which run by then
  steady  = false
  release = var.release

  providers = {
    aws = aws.west
  }
}
