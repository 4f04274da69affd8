# A service that finds its tasks in AWS Cloud Map. With its second release it is found by another name, with a port.

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

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_service_discovery_private_dns_namespace" "shop" {
  name = "shop.local"
  vpc  = data.aws_vpc.default.id
}

resource "aws_service_discovery_service" "api" {
  for_each = { api = "A", ports = "SRV" }

  name = each.key

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.shop.id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = each.value
      ttl  = 10
    }
  }

  health_check_custom_config {
    failure_threshold = 1
  }
}

resource "aws_ecs_cluster" "shop" {
  name = "shop"
}

resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"

  container_definitions = jsonencode([{
    name         = "api"
    image        = "nginx:1.27"
    portMappings = [{ containerPort = 8080 }]
  }])
}

resource "aws_ecs_service" "api" {
  name                  = "api"
  cluster               = aws_ecs_cluster.shop.id
  task_definition       = aws_ecs_task_definition.api.arn
  desired_count         = 1
  launch_type           = "FARGATE"
  wait_for_steady_state = true

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  service_registries {
    registry_arn   = aws_service_discovery_service.api[var.release == 1 ? "api" : "ports"].arn
    container_name = var.release == 1 ? null : "api"
    container_port = var.release == 1 ? null : 8080
  }
}
