# A log group for containers, as modules around ECS make it, and one with everything.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

resource "aws_cloudwatch_log_group" "service" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.release == 1 ? 14 : 30

  tags = {
    Name    = var.name
    Release = var.release
  }
}

resource "aws_cloudwatch_log_group" "forever" {
  name            = "/ecs/${var.name}/audit"
  log_group_class = "STANDARD"
}

resource "aws_cloudwatch_log_stream" "this" {
  name           = "deployments"
  log_group_name = aws_cloudwatch_log_group.service.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.service.name
  pattern        = var.release == 1 ? "ERROR" : "?ERROR ?FATAL"

  metric_transformation {
    name          = "Errors"
    namespace     = var.name
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_log_metric_filter" "latency" {
  name           = "latency"
  log_group_name = aws_cloudwatch_log_group.service.name
  pattern        = "{ $.latency = * }"

  metric_transformation {
    name      = "Latency"
    namespace = var.name
    value     = "$.latency"

    dimensions = {
      Path = "$.path"
    }
  }
}

data "aws_cloudwatch_log_group" "service" {
  name = aws_cloudwatch_log_group.service.name
}

data "aws_cloudwatch_log_groups" "all" {
  log_group_name_prefix = "/ecs/${var.name}"

  depends_on = [aws_cloudwatch_log_group.service, aws_cloudwatch_log_group.forever]
}

output "arn" {
  value = data.aws_cloudwatch_log_group.service.arn
}
