variable "name" {
  type = string
}

variable "environment" {
  type    = string
  default = "staging"
}

data "aws_subnets" "default" {
  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_task_definition" "migration" {
  family                   = "${var.name}-migration"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "migrate", image = "migrate", command = ["sleep", "1"] }])
}

# Runs a task each time the data source is read.
data "aws_ecs_task_execution" "migration" {
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.migration.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  propagate_tags  = "TASK_DEFINITION"

  network_configuration {
    subnets = data.aws_subnets.default.ids
  }

  overrides {
    cpu    = "512"
    memory = "1024"

    container_overrides {
      name    = "migrate"
      command = ["exit", "0"]

      environment {
        key   = "ENVIRONMENT"
        value = var.environment
      }
    }
  }

  tags = {
    Purpose = "migration"
  }
}

output "tasks" {
  value = length(data.aws_ecs_task_execution.migration.task_arns)
}
