# Alarms: one of a service's load, one of a percentile, one on metric math, and one that follows others. Deployments of the service heed the first two. The provider is told
# itself where these services are, which makes each of its starts take twice the time: no other module does so.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "threshold" {
  type    = number
  default = 80
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      team = "shop"
    }
  }

  endpoints {
    cloudwatch = var.endpoint
    ecs        = var.endpoint
    sts        = var.endpoint
  }
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "web-busy"
  alarm_description   = "web has too much to do"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.threshold
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:us-east-1:000000000000:pager"]
  ok_actions          = ["arn:aws:sns:us-east-1:000000000000:pager"]

  dimensions = {
    ClusterName = "shop"
    ServiceName = "web"
  }

  tags = {
    threshold = tostring(var.threshold)
  }
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name                            = "web-slow"
  namespace                             = "Shop"
  metric_name                           = "Latency"
  extended_statistic                    = "p99.9"
  evaluate_low_sample_count_percentiles = "ignore"
  comparison_operator                   = "GreaterThanThreshold"
  threshold                             = 0.25
  period                                = 10
  evaluation_periods                    = 6
  unit                                  = "Seconds"
  actions_enabled                       = false
}

resource "aws_cloudwatch_metric_alarm" "failing" {
  alarm_name          = "web-failing"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.threshold / 10
  evaluation_periods  = 2

  metric_query {
    id          = "share"
    expression  = "100 * FILL(errors, 0) / requests"
    label       = "failing requests"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "Shop"
      metric_name = "Errors"
      period      = 60
      stat        = "Sum"
      unit        = "Count"

      dimensions = {
        Service = "web"
      }
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "Shop"
      metric_name = "Requests"
      period      = 60
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "trouble" {
  alarm_name        = "web-trouble"
  alarm_description = "web is in trouble"
  alarm_rule        = "ALARM(${aws_cloudwatch_metric_alarm.busy.alarm_name}) ${var.threshold == 80 ? "OR" : "AND"} ALARM(\"${aws_cloudwatch_metric_alarm.failing.arn}\")"
  alarm_actions     = ["arn:aws:sns:us-east-1:000000000000:pager"]

  actions_suppressor {
    alarm            = aws_cloudwatch_metric_alarm.slow.alarm_name
    wait_period      = 60
    extension_period = var.threshold
  }

  tags = {
    threshold = tostring(var.threshold)
  }
}

resource "aws_cloudwatch_dashboard" "web" {
  dashboard_name = "web"

  dashboard_body = jsonencode({
    widgets = [{
      type = "metric"
      properties = {
        region      = "us-east-1"
        metrics     = [["AWS/ECS", "CPUUtilization", "ClusterName", "shop", "ServiceName", "web"]]
        annotations = { horizontal = [{ value = var.threshold }] }
      }
    }]
  })
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "web", image = "nginx:1.27" }])
}

resource "aws_ecs_service" "web" {
  name                  = "web"
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = 1
  launch_type           = "FARGATE"
  wait_for_steady_state = true

  network_configuration {
    subnets = ["subnet-0123abcd"]
  }

  alarms {
    alarm_names = [aws_cloudwatch_metric_alarm.busy.alarm_name, aws_cloudwatch_metric_alarm.slow.alarm_name]
    enable      = true
    rollback    = var.threshold == 80
  }
}
