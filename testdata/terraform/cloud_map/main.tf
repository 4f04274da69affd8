# Cloud Map: the three kinds of namespaces, services with all kinds of health checks, an instance, and what data sources find.

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

resource "aws_vpc" "this" {
  cidr_block           = "10.30.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_service_discovery_http_namespace" "calls" {
  name        = "calls"
  description = "calls by name" # another one would replace it
  tags        = { Release = var.release }
}

resource "aws_service_discovery_private_dns_namespace" "local" {
  name        = "shop.local"
  description = "release ${var.release}"
  vpc         = aws_vpc.this.id
}

resource "aws_service_discovery_public_dns_namespace" "public" {
  name = "shop.example.com"
}

resource "aws_service_discovery_service" "api" {
  name = "api"

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.local.id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10 * var.release
    }
  }

  health_check_custom_config {
    failure_threshold = 1
  }
  tags = { Release = var.release }
}

resource "aws_service_discovery_service" "web" {
  name = "web"

  dns_config {
    namespace_id = aws_service_discovery_public_dns_namespace.public.id

    dns_records {
      type = "A"
      ttl  = 60
    }
  }

  health_check_config {
    type              = "HTTP"
    resource_path     = "/health"
    failure_threshold = 2 + var.release
  }
}

resource "aws_service_discovery_service" "queue" {
  name         = "queue"
  namespace_id = aws_service_discovery_http_namespace.calls.id
}

resource "aws_service_discovery_instance" "api" {
  service_id  = aws_service_discovery_service.api.id
  instance_id = "by-hand"

  attributes = {
    AWS_INSTANCE_IPV4 = "10.30.0.${var.release}"
    color             = "green"
  }
}

data "aws_service_discovery_http_namespace" "calls" {
  name = aws_service_discovery_http_namespace.calls.name
}

data "aws_service_discovery_dns_namespace" "local" {
  name = aws_service_discovery_private_dns_namespace.local.name
  type = "DNS_PRIVATE"
}

data "aws_service_discovery_service" "api" {
  name         = aws_service_discovery_service.api.name
  namespace_id = aws_service_discovery_private_dns_namespace.local.id
}

output "found" {
  value = [
    data.aws_service_discovery_http_namespace.calls.id, data.aws_service_discovery_dns_namespace.local.hosted_zone,
    data.aws_service_discovery_service.api.arn,
  ]
}
