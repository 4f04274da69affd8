variable "name" {
  type = string
}

variable "spot_weight" {
  type    = number
  default = 3
}

data "aws_subnets" "all" {}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_ecs_task_definition" "worker" {
  family                   = "${var.name}-worker"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "worker", image = "worker" }])
}

# The usual way: the deployment is started and not waited for.
resource "aws_ecs_service" "worker" {
  name                  = "${var.name}-worker"
  cluster               = aws_ecs_cluster.this.arn
  task_definition       = aws_ecs_task_definition.worker.family
  desired_count         = 4
  force_delete          = true
  wait_for_steady_state = false

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = 1
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = var.spot_weight
  }

  network_configuration {
    subnets = data.aws_subnets.all.ids
  }

  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.this]
}
