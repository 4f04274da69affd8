terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {}
variable "jobs" {
  default = {
    nightly = { cpu = "256", memory = "512", mode = null, command = ["run"], fargate = true }
    import  = { cpu = null, memory = null, mode = "host", command = ["run"], fargate = false }
    clean   = { cpu = "128", memory = "128", mode = null, command = ["run"], fargate = false }
    big     = { cpu = "1024", memory = "1024", mode = "awsvpc", command = ["run"], fargate = true }
    ok      = { cpu = "1024", memory = "2048", mode = "awsvpc", command = ["run"], fargate = true }
  }
}
resource "aws_ssm_parameter" "p" {
  name  = "/job/token"
  type  = "SecureString"
  value = "x"
}
resource "aws_secretsmanager_secret" "s" { name = "job" }
resource "aws_iam_role" "x" {
  name               = "jobexec"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
resource "aws_cloudwatch_log_group" "g" { name = "/ecs/jobs" }
resource "aws_ecs_task_definition" "job" {
  for_each                 = var.jobs
  family                   = "job-${each.key}"
  requires_compatibilities = each.value.fargate ? ["FARGATE"] : ["EC2"]
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  network_mode             = each.value.mode
  execution_role_arn       = aws_iam_role.x.arn
  container_definitions = jsonencode([{
    name    = "job", image = "ecs-emulator/demo", command = each.value.command
    memory  = each.key == "import" ? 64 : null
    secrets = [{ name = "TOKEN", valueFrom = each.key == "clean" ? "arn:aws:ssm:us-east-1:000000000000:parameter/job/token" : aws_ssm_parameter.p.arn }]
  }])
}
resource "aws_ecs_task_definition" "static" {
  for_each                 = toset(["a", "b"])
  family                   = "static-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name        = "job", image = "ecs-emulator/demo"
    mountPoints = [{ sourceVolume = "efs", containerPath = "/efs" }]
    stopTimeout = each.key == "a" ? 30 : 200
  }])
  volume {
    name = "efs"
  }
  ephemeral_storage { size_in_gib = each.key == "a" ? 30 : 21 }
}
