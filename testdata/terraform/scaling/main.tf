# A service that is scaled in each way: by steps of an alarm, by a tracked metric of its own and one of metric math, and by the
# calendar.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "most" {
  type    = number
  default = 4
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      team = "shop"
    }
  }
}

resource "aws_ecs_cluster" "shop" {
  name = "shop"
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
  name            = "web"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  launch_type     = "FARGATE"

  network_configuration {
    subnets = ["subnet-0123abcd"]
  }

  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.shop.name}/${aws_ecs_service.web.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = var.most

  suspended_state {
    dynamic_scaling_in_suspended = var.most != 4
  }

  tags = {
    most = tostring(var.most)
  }
}

resource "aws_appautoscaling_policy" "step" {
  name               = "step"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type          = "PercentChangeInCapacity"
    cooldown                 = 60
    metric_aggregation_type  = "Maximum"
    min_adjustment_magnitude = 2

    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 20.5
      scaling_adjustment          = 50
    }

    step_adjustment {
      metric_interval_lower_bound = 20.5
      scaling_adjustment          = 25 * var.most
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "web-busy"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 60
  period              = 60
  evaluation_periods  = 2
  alarm_actions       = [aws_appautoscaling_policy.step.arn]

  dimensions = {
    ClusterName = aws_ecs_cluster.shop.name
    ServiceName = aws_ecs_service.web.name
  }
}

resource "aws_appautoscaling_policy" "jobs" {
  name               = "jobs"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 10 * var.most
    scale_in_cooldown  = 300
    scale_out_cooldown = 60
    disable_scale_in   = var.most != 4

    customized_metric_specification {
      namespace   = "Shop"
      metric_name = "Jobs"
      statistic   = "Average"
      unit        = "Count"

      dimensions {
        name  = "Queue"
        value = "orders"
      }
    }
  }
}

resource "aws_appautoscaling_policy" "backlog" {
  name               = "backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 100

    customized_metric_specification {
      metrics {
        id          = "messages"
        label       = "Messages that wait"
        return_data = false

        metric_stat {
          stat = "Sum"

          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"

            dimensions {
              name  = "QueueName"
              value = "orders"
            }
          }
        }
      }

      metrics {
        id          = "tasks"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/ECS"
            metric_name = "LiveTaskCount"

            dimensions {
              name  = "ClusterName"
              value = "shop"
            }

            dimensions {
              name  = "ServiceName"
              value = "web"
            }
          }
        }
      }

      metrics {
        id          = "backlog"
        label       = "Messages of a task"
        expression  = "messages / tasks"
        return_data = true
      }
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "night" {
  name               = "night"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  schedule           = "cron(0 ${18 + var.most} * * ? *)"
  timezone           = "Europe/Berlin"
  end_time           = "2099-12-31T00:00:00Z"

  scalable_target_action {
    min_capacity = 0
    max_capacity = 1
  }
}
