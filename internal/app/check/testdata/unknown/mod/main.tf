terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "td" {}
variable "cluster" {}
variable "name" {}
resource "aws_ecs_service" "s" {
  name            = var.name
  cluster         = var.cluster
  task_definition = var.td
  desired_count   = 1
}
resource "aws_ecs_task_definition" "own" {
  count                 = 1
  family                = "own-${var.name}"
  container_definitions = jsonencode([{ name = "p", image = "x", memory = 64 }])
}
output "own" { value = aws_ecs_task_definition.own[0].arn }
