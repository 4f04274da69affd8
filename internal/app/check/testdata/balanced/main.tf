terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {}
variable "services" {
  default = {
    web = { port = 8080, cpu = 256, memory = 512, path = "/*", env = { A = "1" } }
    api = { port = 9090, cpu = 512, memory = 1024, path = "/api/*", env = {} }
    bad = { port = 9091, cpu = 256, memory = 4096, path = "/bad/*", env = {} }

  }
}
data "aws_availability_zones" "z" { state = "available" }
data "aws_region" "r" {}
resource "aws_vpc" "v" {
  cidr_block = "10.7.0.0/16"
}
resource "aws_internet_gateway" "g" { vpc_id = aws_vpc.v.id }
resource "aws_subnet" "s" {
  count             = 2
  vpc_id            = aws_vpc.v.id
  cidr_block        = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.z.names[count.index]
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_lb" "lb" {
  name            = "front"
  subnets         = aws_subnet.s[*].id
  security_groups = [aws_security_group.lb.id]
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.lb.arn
  port              = 80
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
resource "aws_iam_role" "x" {
  name               = "exec"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
resource "aws_ecs_cluster" "c" {
  name = "shop"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}
resource "aws_ecs_cluster_capacity_providers" "c" {
  cluster_name       = aws_ecs_cluster.c.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}
module "svc" {
  source   = "./svc"
  for_each = var.services
  name     = each.key
  service  = each.value
  cluster  = aws_ecs_cluster_capacity_providers.c.cluster_name
  vpc      = aws_vpc.v.id
  subnets  = aws_subnet.s[*].id
  listener = aws_lb_listener.l.arn
  role     = aws_iam_role.x.arn
  region   = data.aws_region.r.name
}
