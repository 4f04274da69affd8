terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "name" {}
variable "service" {}
variable "cluster" {}
variable "vpc" {}
variable "subnets" {}
variable "listener" {}
variable "role" {}
variable "region" {}
locals { container = "${var.name}-app" }
resource "aws_cloudwatch_log_group" "g" { name = "/ecs/${var.name}" }
resource "aws_security_group" "s" {
  vpc_id = var.vpc
}
resource "aws_lb_target_group" "t" {
  name        = var.name
  port        = var.service.port
  protocol    = "HTTP"
  target_type = var.name == "api" ? "instance" : "ip"
  vpc_id      = var.vpc
}
resource "aws_lb_listener_rule" "r" {
  listener_arn = var.listener
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
  condition {
    path_pattern { values = [var.service.path] }
  }
}
resource "aws_ecs_task_definition" "d" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.service.cpu
  memory                   = var.service.memory
  execution_role_arn       = var.role
  container_definitions = jsonencode([{
    name         = local.container
    image        = "ecs-emulator/demo"
    essential    = true
    portMappings = [{ containerPort = var.service.port }]
    environment  = [for k, v in var.service.env : { name = k, value = v }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = "/ecs/${var.name}", "awslogs-region" = var.region, "awslogs-stream-prefix" = "x" }
    }
  }])
}
resource "aws_ecs_service" "s" {
  name            = var.name
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.d.arn
  desired_count   = 1
  network_configuration {
    subnets         = var.subnets
    security_groups = [aws_security_group.s.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = local.container
    container_port   = var.name == "web" ? 8081 : var.service.port
  }
  depends_on = [aws_lb_listener_rule.r]
}
