variable "name" {
  type = string
}

variable "image" {
  type    = string
  default = "nginx:1.27"
}

variable "release" {
  type    = string
  default = "1"
}

variable "desired_count" {
  type    = number
  default = 2
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }

  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.default.id
  name   = "default"
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"

  container_definitions = jsonencode([{
    name         = "web"
    image        = var.image
    essential    = true
    command      = ["serve", "8080", "release ${var.release}"]
    portMappings = [{ containerPort = 8080 }]
    environment  = [{ name = "RELEASE", value = var.release }]
  }])
}

resource "aws_ecs_service" "this" {
  name                               = var.name
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = var.desired_count
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  deployment_minimum_healthy_percent = 50
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  deployment_controller {
    type = "ECS"
  }

  network_configuration {
    subnets          = data.aws_subnets.default.ids
    security_groups  = [data.aws_security_group.default.id]
    assign_public_ip = true
  }

  tags = {
    Name    = var.name
    Release = var.release
  }
}

output "service" {
  value = aws_ecs_service.this.id
}

output "cluster_arn" {
  value = aws_ecs_cluster.this.arn
}

output "task_definition" {
  value = aws_ecs_task_definition.this.arn
}
