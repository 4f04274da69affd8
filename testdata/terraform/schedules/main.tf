# A group of schedules: a nightly job in a zone, a service that is scaled to nothing, and a schedule with what is demanded alone.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

resource "aws_iam_role" "scheduler" {
  name = "${var.name}-scheduler"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceArn" = [aws_scheduler_schedule_group.this.arn, "arn:aws:scheduler:us-east-1:000000000000:schedule-group/default"] } }
    }]
  })
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name

  tags = {
    Release = var.release
  }
}

resource "aws_scheduler_schedule" "nightly" {
  name        = "nightly"
  group_name  = aws_scheduler_schedule_group.this.name
  description = "release ${var.release}"

  schedule_expression          = "cron(${10 * var.release} 3 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Berlin"
  start_date                   = "2098-01-01T00:00:00Z"
  end_date                     = "2099-01-01T00:00:00Z"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = "arn:aws:ecs:us-east-1:000000000000:cluster/${var.name}"
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ containerOverrides = [{ name = "app", command = ["release", tostring(var.release)] }] })

    ecs_parameters {
      task_definition_arn     = "arn:aws:ecs:us-east-1:000000000000:task-definition/${var.name}"
      task_count              = var.release
      launch_type             = "FARGATE"
      platform_version        = "LATEST"
      propagate_tags          = "TASK_DEFINITION"
      enable_ecs_managed_tags = true
      group                   = "jobs"

      network_configuration {
        subnets          = ["subnet-0ec5e3a1a70000001"]
        security_groups  = ["sg-0ec5e3a1a70000001"]
        assign_public_ip = false
      }

      tags = {
        Name = var.name
      }
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 3
    }

    dead_letter_config {
      arn = "arn:aws:sqs:us-east-1:000000000000:${var.name}-letters"
    }
  }
}

resource "aws_scheduler_schedule" "to_nothing" {
  name       = "to-nothing"
  group_name = aws_scheduler_schedule_group.this.name
  state      = var.release == 1 ? "ENABLED" : "DISABLED"

  schedule_expression = "cron(0 22 * * ? *)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:ecs:updateService"
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ Cluster = var.name, Service = var.name, DesiredCount = 0 })
  }
}

resource "aws_scheduler_schedule" "hourly" {
  name                = "hourly"
  schedule_expression = "rate(${var.release} hours)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    role_arn = aws_iam_role.scheduler.arn

    eventbridge_parameters {
      detail_type = "hour"
      source      = var.name
    }
  }
}
