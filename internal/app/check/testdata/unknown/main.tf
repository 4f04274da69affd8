terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  for_each   = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id     = aws_vpc.v.id
  cidr_block = each.value
}
resource "terraform_data" "mode" { input = "awsvpc" }
resource "terraform_data" "name" { input = "web" }
resource "aws_ecs_cluster" "c" { name = "c" }
locals {
  arn = aws_ecs_task_definition.d["web"].arn
}
resource "aws_ecs_task_definition" "d" {
  for_each                 = toset(["web", "job"])
  family                   = each.key
  network_mode             = each.key == "web" ? terraform_data.mode.output : "bridge"
  cpu                      = 256
  memory                   = 512
  requires_compatibilities = each.key == "web" ? ["FARGATE"] : ["EC2"]
  container_definitions    = jsonencode([{ name = each.key, image = "x", portMappings = [{ containerPort = 80, name = "http" }] }])
}
resource "aws_ecs_task_definition" "plain" {
  family                = "plain"
  container_definitions = jsonencode([{ name = "p", image = "x", memory = 64 }])
}
resource "aws_lb_target_group" "t" {
  name        = "t"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.v.id
}
resource "aws_ecs_service" "list" {
  name            = "list"
  cluster         = aws_ecs_cluster.c.id
  task_definition = aws_ecs_task_definition.d["web"].arn
  launch_type     = "FARGATE"
  desired_count   = 1
  network_configuration { subnets = [for s in aws_subnet.s : s.id] }
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = terraform_data.name.output
    container_port   = 80
  }
}
resource "aws_ecs_service" "dyn" {
  name            = "dyn"
  cluster         = one(aws_ecs_cluster.c[*].id)
  task_definition = "${aws_ecs_task_definition.d["web"].family}:${aws_ecs_task_definition.d["web"].revision}"
  launch_type     = "FARGATE"
  desired_count   = 1
  dynamic "network_configuration" {
    for_each = terraform_data.mode.output == "awsvpc" ? [1] : []
    content { subnets = [aws_subnet.s["a"].id] }
  }
}
resource "aws_ecs_service" "loc" {
  name            = "loc"
  cluster         = aws_ecs_cluster.c.id
  task_definition = local.arn
  launch_type     = "FARGATE"
  desired_count   = 1
  network_configuration { subnets = [aws_subnet.s["a"].id, "subnet-0ec5e3a1a70000001"] }
}
module "m" {
  source   = "./mod"
  for_each = { one = aws_ecs_task_definition.plain.arn, two = aws_ecs_task_definition.d["job"].arn }
  td       = each.value
  cluster  = aws_ecs_cluster.c.id
  name     = each.key
}
resource "aws_ecs_service" "out" {
  for_each        = module.m
  name            = "out-${each.key}"
  cluster         = aws_ecs_cluster.c.id
  task_definition = each.value.own
  desired_count   = 1
}
resource "aws_ecs_service" "idx" {
  for_each        = toset(["one"])
  name            = "idx-${each.key}"
  cluster         = aws_ecs_cluster.c.id
  task_definition = module.m[each.key].own
  desired_count   = 1
}
data "aws_ecs_task_definition" "plain" { task_definition = aws_ecs_task_definition.plain.family }
resource "aws_ecs_service" "max" {
  name            = "max"
  cluster         = aws_ecs_cluster.c.id
  task_definition = "${aws_ecs_task_definition.plain.family}:${max(aws_ecs_task_definition.plain.revision, data.aws_ecs_task_definition.plain.revision)}"
  desired_count   = 1
}
