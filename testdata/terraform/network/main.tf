# A network of one's own, as most modules lay it out: public subnets that lead to an internet
# gateway, and private ones that lead to a NAT gateway.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "name" {
  type = string
}

variable "range" {
  type    = string
  default = "10.40.0.0/16"
}

variable "tasks" {
  type    = number
  default = 2
}

# Whether its tasks are waited for.
variable "steady" {
  type    = bool
  default = true
}

variable "release" {
  type    = number
  default = 1
}

data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  zones = slice(data.aws_availability_zones.available.names, 0, 2)

  tags = {
    Network = var.name
    Release = var.release
  }
}

resource "aws_vpc" "this" {
  cidr_block           = var.range
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(local.tags, { Name = var.name })
}

resource "aws_subnet" "public" {
  count = 2

  vpc_id                  = aws_vpc.this.id
  cidr_block              = cidrsubnet(var.range, 8, count.index)
  availability_zone       = local.zones[count.index]
  map_public_ip_on_launch = true
  tags                    = merge(local.tags, { Name = "${var.name}-public-${count.index}" })
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.range, 8, 10 + count.index)
  availability_zone = local.zones[count.index]
  tags              = merge(local.tags, { Name = "${var.name}-private-${count.index}" })
}

# What the VPC brings, with nothing that lets traffic pass by itself.

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-default" }
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  tags                   = { Name = "${var.name}-default" }
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id

  dynamic "ingress" {
    for_each = { 100 = "0.0.0.0/0" }
    content {
      rule_no    = ingress.key
      action     = "allow"
      protocol   = "-1"
      from_port  = 0
      to_port    = 0
      cidr_block = ingress.value
    }
  }

  ingress {
    rule_no         = 101
    action          = "allow"
    protocol        = "-1"
    from_port       = 0
    to_port         = 0
    ipv6_cidr_block = "::/0"
  }

  ingress {
    rule_no    = 90
    action     = "deny"
    protocol   = "tcp"
    from_port  = 23
    to_port    = 22 + var.release
    cidr_block = "0.0.0.0/0"
  }

  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }

  # Which subnets have it is decided where they are made.
  lifecycle {
    ignore_changes = [subnet_ids]
  }

  tags = { Name = "${var.name}-default" }
}
