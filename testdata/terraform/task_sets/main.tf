# A service with a deployment controller of one's own, with a task set behind each of two target groups. With the second release the
# second task set has all tasks, another tag, and all traffic.

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

locals {
  sets = { blue = { weight = [100, 0], scale = [100, 0] }, green = { weight = [0, 100], scale = [50, 100] } }
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

resource "aws_lb" "web" {
  name    = "web"
  subnets = data.aws_subnets.default.ids
}

resource "aws_lb_target_group" "set" {
  for_each = local.sets

  name                 = each.key
  port                 = 80
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = data.aws_vpc.default.id
  deregistration_delay = 5
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80

  default_action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = local.sets

        content {
          arn    = aws_lb_target_group.set[target_group.key].arn
          weight = target_group.value.weight[var.release - 1]
        }
      }
    }
  }
}

resource "aws_ecs_cluster" "shop" {
  name = "shop"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"

  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx:1.27"
    portMappings = [{ containerPort = 80 }]
  }])
}

resource "aws_ecs_service" "web" {
  name          = "web"
  cluster       = aws_ecs_cluster.shop.id
  desired_count = 4
  force_delete  = true

  deployment_controller {
    type = "EXTERNAL"
  }
}

resource "aws_ecs_task_set" "web" {
  for_each = local.sets

  service                   = aws_ecs_service.web.id
  cluster                   = aws_ecs_cluster.shop.id
  task_definition           = aws_ecs_task_definition.web.arn
  external_id               = each.key
  launch_type               = "FARGATE"
  wait_until_stable         = true
  wait_until_stable_timeout = "5m"
  force_delete              = true
  tags                      = { release = var.release }

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.set[each.key].arn
    container_name   = "web"
    container_port   = 80
  }

  scale {
    value = each.value.scale[var.release - 1]
  }

  depends_on = [aws_lb_listener.web]
}
