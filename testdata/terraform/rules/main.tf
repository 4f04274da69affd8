# An event bus with a policy, and rules by a rate and by patterns, whose targets are a task, a queue, a log group and the other bus.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

resource "aws_cloudwatch_event_bus" "this" {
  name        = var.name
  description = var.release == 1 ? "release 1" : null

  tags = {
    Release = var.release
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  event_bus_name = aws_cloudwatch_event_bus.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "others"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::222222222222:root" }
      Action    = var.release == 1 ? "events:PutEvents" : "events:*"
      Resource  = aws_cloudwatch_event_bus.this.arn
    }]
  })
}

resource "aws_iam_role" "events" {
  name = "${var.name}-events"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "${var.name}-nightly"
  description         = "release ${var.release}"
  schedule_expression = "rate(${var.release + 1} days)"
}

resource "aws_cloudwatch_event_target" "job" {
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "job"
  arn       = "arn:aws:ecs:us-east-1:000000000000:cluster/${var.name}"
  role_arn  = aws_iam_role.events.arn
  input     = jsonencode({ containerOverrides = [{ name = "app", command = ["release", tostring(var.release)] }] })

  ecs_target {
    task_definition_arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/${var.name}"
    task_count          = var.release
    launch_type         = "FARGATE"
    group               = "jobs"

    network_configuration {
      subnets         = ["subnet-0ec5e3a1a70000001"]
      security_groups = ["sg-0ec5e3a1a70000001"]
    }
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 3
  }
}

resource "aws_cloudwatch_event_rule" "stopped" {
  name  = "${var.name}-stopped"
  state = var.release == 1 ? "ENABLED" : "DISABLED"

  event_pattern = jsonencode({
    source        = ["aws.ecs"]
    "detail-type" = ["ECS Task State Change"]
    detail        = { lastStatus = ["STOPPED"], containers = { exitCode = [{ "anything-but" = 0 }] } }
  })

  tags = {
    Release = var.release
  }
}

resource "aws_cloudwatch_event_target" "queue" {
  rule      = aws_cloudwatch_event_rule.stopped.name
  target_id = "queue"
  arn       = "arn:aws:sqs:us-east-1:000000000000:${var.name}"

  input_transformer {
    input_paths    = { task = "$.detail.taskArn" }
    input_template = jsonencode({ release = var.release, task = "<task>" })
  }

  dead_letter_config {
    arn = "arn:aws:sqs:us-east-1:000000000000:${var.name}-letters"
  }
}

resource "aws_cloudwatch_event_target" "bus" {
  rule      = aws_cloudwatch_event_rule.stopped.name
  target_id = "bus"
  arn       = aws_cloudwatch_event_bus.this.arn
  role_arn  = aws_iam_role.events.arn
}

resource "aws_cloudwatch_log_group" "events" {
  name = "/aws/events/${var.name}"
}

resource "aws_cloudwatch_event_rule" "all" {
  name           = "all"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ account = ["000000000000"] })
}

resource "aws_cloudwatch_event_target" "logs" {
  rule           = aws_cloudwatch_event_rule.all.name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = "logs"
  arn            = aws_cloudwatch_log_group.events.arn
}
