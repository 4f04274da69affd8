# A service whose tasks have an EBS volume each.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

data "aws_subnets" "all" {}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_iam_role" "infrastructure" {
  name = "${var.name}-infrastructure"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "infrastructure" {
  role       = aws_iam_role.infrastructure.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"
}

resource "aws_ecs_task_definition" "db" {
  family                   = "${var.name}-db"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  volume {
    name                = "data"
    configure_at_launch = true
  }

  container_definitions = jsonencode([{
    name        = "db"
    image       = "db"
    essential   = true
    mountPoints = [{ sourceVolume = "data", containerPath = "/var/lib/db" }]
  }])
}

resource "aws_ecs_service" "db" {
  name                  = "${var.name}-db"
  cluster               = aws_ecs_cluster.this.id
  task_definition       = aws_ecs_task_definition.db.arn
  desired_count         = 2
  launch_type           = "FARGATE"
  wait_for_steady_state = true

  network_configuration {
    subnets = data.aws_subnets.all.ids
  }

  volume_configuration {
    name = "data"

    managed_ebs_volume {
      role_arn         = aws_iam_role.infrastructure.arn
      size_in_gb       = 10 * var.release
      volume_type      = "gp3"
      iops             = 3000
      throughput       = 250
      encrypted        = true
      file_system_type = "ext4"

      tag_specifications {
        resource_type  = "volume"
        propagate_tags = "SERVICE"
        tags           = { Release = var.release }
      }
    }
  }

  depends_on = [aws_iam_role_policy_attachment.infrastructure]
}
