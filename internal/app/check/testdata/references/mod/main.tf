terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "name" {}
variable "service" {}

resource "aws_ecs_service" "own" {
  name            = var.name
  task_definition = var.service.task
  network_configuration { subnets = ["subnet-0ec5e3a1a70000001"] }
}

resource "aws_ecs_task_definition" "own" {
  count                 = 1
  family                = "own-${var.name}"
  container_definitions = jsonencode([{ name = "a", image = "a", memory = 64 }])
}

resource "aws_ecs_task_definition" "all" {
  for_each              = toset(["fixed", "other"])
  family                = "${each.key}-${var.name}"
  container_definitions = jsonencode([{ name = "a", image = "a", memory = 64 }])
}

output "arn" { value = one(aws_ecs_task_definition.own[*].arn) }
output "arns" { value = { for k, d in aws_ecs_task_definition.all : k => d.arn } }
