# Work by the clock and by events: a job that a rule starts by a rate, another one that EventBridge Scheduler starts at
# night, and a rule that tells a queue and a log group of tasks that stop. The queue is wherever the emulator finds it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "rate" {
  type    = string
  default = "rate(5 minutes)"
}

variable "queue" {
  type    = string
  default = "arn:aws:sqs:us-east-1:000000000000:stopped"
}

provider "aws" {
  region = "us-east-1"
}

data "aws_subnets" "all" {}

resource "aws_ecs_cluster" "this" {
  name = "jobs"
}

resource "aws_ecs_task_definition" "job" {
  family                   = "job"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([{
    name         = "job"
    image        = "job"
    dockerLabels = { "ecs-emulator.sim.run-for" = "1m" }
  }])
}

resource "aws_iam_role" "events" {
  name = "start-jobs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["events.amazonaws.com", "scheduler.amazonaws.com"] }
    }]
  })
}

resource "aws_iam_role_policy" "events" {
  name = "start"
  role = aws_iam_role.events.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "ecs:RunTask", Resource = "${aws_ecs_task_definition.job.arn_without_revision}:*" },
      { Effect = "Allow", Action = "ecs:TagResource", Resource = "*", Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } } },
    ]
  })
}

# By a rate.

resource "aws_cloudwatch_event_rule" "often" {
  name                = "often"
  description         = "Starts the job again and again"
  schedule_expression = var.rate
}

resource "aws_cloudwatch_event_target" "job" {
  rule     = aws_cloudwatch_event_rule.often.name
  arn      = aws_ecs_cluster.this.arn
  role_arn = aws_iam_role.events.arn
  input    = jsonencode({ containerOverrides = [{ name = "job", environment = [{ name = "BY", value = "rule" }] }] })

  ecs_target {
    task_definition_arn = aws_ecs_task_definition.job.arn_without_revision
    launch_type         = "FARGATE"
    propagate_tags      = "TASK_DEFINITION"

    network_configuration {
      subnets          = data.aws_subnets.all.ids
      assign_public_ip = true
    }
  }
}

# By a pattern, on the bus of ECS.

resource "aws_cloudwatch_event_rule" "stopped" {
  name = "stopped"

  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Task State Change"]
    detail      = { lastStatus = ["STOPPED"], clusterArn = [aws_ecs_cluster.this.arn] }
  })
}

resource "aws_cloudwatch_log_group" "stopped" {
  name              = "/aws/events/stopped"
  retention_in_days = 7
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "events"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Principal = { Service = "events.amazonaws.com" }
      Resource  = "${aws_cloudwatch_log_group.stopped.arn}:*"
    }]
  })
}

resource "aws_cloudwatch_event_target" "log" {
  rule = aws_cloudwatch_event_rule.stopped.name
  arn  = aws_cloudwatch_log_group.stopped.arn
}

resource "aws_cloudwatch_event_target" "queue" {
  rule = aws_cloudwatch_event_rule.stopped.name
  arn  = var.queue

  input_transformer {
    input_paths    = { task = "$.detail.taskArn", code = "$.detail.stopCode" }
    input_template = "{\"task\": <task>, \"because\": \"<code>\"}"
  }

  retry_policy {
    maximum_event_age_in_seconds = 600
    maximum_retry_attempts       = 5
  }

  dead_letter_config {
    arn = "${var.queue}-dead"
  }
}

# A bus of one's own, which another account may put events to.

resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
  tags = { Team = "shop" }
}

resource "aws_cloudwatch_event_bus_policy" "shop" {
  event_bus_name = aws_cloudwatch_event_bus.shop.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "partner"
      Effect    = "Allow"
      Action    = "events:PutEvents"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Resource  = aws_cloudwatch_event_bus.shop.arn
    }]
  })
}

resource "aws_cloudwatch_event_rule" "ordered" {
  name           = "ordered"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ detail-type = ["Ordered"] })
  state          = "DISABLED"
  tags           = { Team = "shop" }
}

resource "aws_cloudwatch_event_target" "ordered" {
  rule           = aws_cloudwatch_event_rule.ordered.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  target_id      = "queue"
  arn            = var.queue
  input_path     = "$.detail"
}

# At night, by the clock of Berlin.

resource "aws_scheduler_schedule_group" "nightly" {
  name = "nightly"
  tags = { Team = "shop" }
}

resource "aws_scheduler_schedule" "report" {
  name                         = "report"
  group_name                   = aws_scheduler_schedule_group.nightly.name
  schedule_expression          = "cron(30 2 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_ecs_cluster.this.arn
    role_arn = aws_iam_role.events.arn
    input    = jsonencode({ containerOverrides = [{ name = "job", environment = [{ name = "BY", value = "schedule" }] }] })

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.job.arn_without_revision
      launch_type         = "FARGATE"

      network_configuration {
        subnets          = data.aws_subnets.all.ids
        assign_public_ip = true
      }
    }

    retry_policy {
      maximum_retry_attempts = 3
    }
  }
}
