# Two services in the namespace of their cluster: an API with an alias, and a client that calls it. With the second
# release the API has another discovery name, alias and other timeouts, and the cluster another namespace.

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

data "aws_subnets" "default" {
  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

resource "aws_service_discovery_http_namespace" "this" {
  for_each = toset(["shop", "next"])
  name     = each.key
}

resource "aws_ecs_cluster" "shop" {
  name = "shop"

  service_connect_defaults {
    namespace = aws_service_discovery_http_namespace.this[var.release == 1 ? "shop" : "next"].arn
  }
}

resource "aws_cloudwatch_log_group" "proxy" {
  name = "/ecs/proxy"
}

resource "aws_iam_role" "execution" {
  name = "shop-execution"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_ecs_task_definition" "this" {
  for_each = toset(["api", "client"])

  family                   = each.key
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = aws_iam_role.execution.arn

  container_definitions = jsonencode([{
    name  = "app"
    image = "nginx:1.27"
    portMappings = [
      { name = "http", containerPort = 8080, appProtocol = "http" },
      { name = "database", containerPort = 5432 },
    ]
  }])
}

resource "aws_ecs_service" "api" {
  name                  = "api"
  cluster               = aws_ecs_cluster.shop.id
  task_definition       = aws_ecs_task_definition.this["api"].arn
  desired_count         = 1
  launch_type           = "FARGATE"
  wait_for_steady_state = true

  # Without its policy the execution role cannot write the logs of the proxy.
  depends_on = [aws_iam_role_policy_attachment.execution]

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_http_namespace.this["shop"].arn

    log_configuration {
      log_driver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.proxy.name
        awslogs-region        = "us-east-1"
        awslogs-stream-prefix = "release-${var.release}"
      }
    }

    service {
      port_name             = "http"
      discovery_name        = var.release == 1 ? "api" : "backend"
      ingress_port_override = 15000

      client_alias {
        port     = 80
        dns_name = var.release == 1 ? "api" : "backend"
      }

      timeout {
        idle_timeout_seconds        = 60 * var.release
        per_request_timeout_seconds = 5 * var.release
      }
    }

    service {
      port_name = "database"

      client_alias {
        port     = 5432
        dns_name = "database"
      }
    }
  }
}

resource "aws_ecs_service" "client" {
  name                  = "client"
  cluster               = aws_ecs_cluster.shop.id
  task_definition       = aws_ecs_task_definition.this["client"].arn
  desired_count         = 1
  launch_type           = "FARGATE"
  force_new_deployment  = true # so that it finds what the API offers in its new deployment
  triggers              = { release = var.release }
  wait_for_steady_state = true
  depends_on            = [aws_ecs_service.api]

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_http_namespace.this["shop"].arn
  }
}

resource "aws_ecs_service" "by_default" {
  name            = "by-default"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.this["client"].arn
  desired_count   = 0
  launch_type     = "FARGATE"

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  service_connect_configuration {
    enabled = true # in the namespace that the cluster has when the service is made
  }
}
