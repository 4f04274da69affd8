terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

# Each service has a network configuration, which no definition here takes. So check refuses a
# service whose definition it finds.
resource "aws_ecs_task_definition" "one" {
  family                = "one"
  container_definitions = jsonencode([{ name = "a", image = "a", memory = 64 }])
}

resource "aws_ecs_task_definition" "each" {
  for_each              = toset(["a.b", "c"])
  family                = "each-${trim(each.key, ".b")}"
  network_mode          = each.key == "c" ? "awsvpc" : "bridge"
  container_definitions = jsonencode([{ name = "a", image = "a", memory = 64 }])
}

resource "aws_ecs_task_definition" "unknown" {
  family                = terraform_data.name.output
  container_definitions = jsonencode([{ name = "a", image = "a", memory = 64 }])
}

resource "terraform_data" "name" {
  input = "name"
}

resource "terraform_data" "arn" {
  input = aws_ecs_task_definition.one.arn
}

data "aws_ecs_task_definition" "one" {
  task_definition = aws_ecs_task_definition.one.family
}

locals {
  subnets = ["subnet-0ec5e3a1a70000001"]
  arn     = aws_ecs_task_definition.one.arn
  key     = "a.b"
}

resource "aws_ecs_service" "revision" {
  name            = "revision"
  task_definition = "${aws_ecs_task_definition.one.family}:${max(aws_ecs_task_definition.one.revision, data.aws_ecs_task_definition.one.revision)}"
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "one" {
  name            = "one"
  task_definition = one(aws_ecs_task_definition.one[*].arn)
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "index" {
  name            = "index"
  task_definition = aws_ecs_task_definition.each["a.b"].arn
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "instances" {
  for_each        = aws_ecs_task_definition.each
  name            = "instances-${trim(each.key, ".b")}"
  task_definition = each.value.arn
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "key" {
  for_each        = toset(["a.b", "c"])
  name            = "key-${trim(each.key, ".b")}"
  task_definition = aws_ecs_task_definition.each[each.value].arn
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "unknown" {
  name            = "unknown"
  task_definition = aws_ecs_task_definition.unknown.arn
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "through" {
  name            = "through"
  task_definition = terraform_data.arn.output
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "conditional" { # on what a plan does not say, of two
  name            = "conditional"
  task_definition = terraform_data.name.output == "" ? aws_ecs_task_definition.one.arn : aws_ecs_task_definition.each["c"].arn
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "local" { # which no plan tells of
  name            = "local"
  task_definition = aws_ecs_task_definition.each[local.key].arn
  network_configuration { subnets = local.subnets }
}

module "in" {
  source   = "./mod"
  for_each = { x = "a.b", y = "c" }
  name     = "in-${each.key}"
  service  = { task = aws_ecs_task_definition.each[each.value].arn }
}

module "out" {
  source  = "./mod"
  count   = 1
  name    = "out"
  service = { task = aws_ecs_task_definition.one.arn }
}

module "each" {
  source   = "./mod"
  for_each = aws_ecs_task_definition.each
  name     = "each-${trim(each.key, ".b")}"
  service  = { task = each.value.arn }
}

resource "aws_ecs_service" "output" {
  name            = "output"
  task_definition = module.out[0].arn
  network_configuration { subnets = local.subnets }
}

resource "aws_ecs_service" "outputs" {
  for_each        = module.each
  name            = "outputs-${trim(each.key, ".b")}"
  task_definition = each.value.arns["fixed"]
  network_configuration { subnets = local.subnets }
}
