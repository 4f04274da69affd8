# Machines that come when tasks wait for them: a protected Auto Scaling group without instances, its capacity
# provider with managed scaling, a service that the cluster's provider runs, and a DAEMON on each machine.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "desired_count" {
  type    = number
  default = 3
}

provider "aws" {
  region = "us-east-1"
}

data "aws_subnets" "all" {}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

resource "aws_ecs_cluster" "this" {
  name = "fleet"
}

resource "aws_launch_template" "this" {
  name          = "fleet"
  image_id      = nonsensitive(data.aws_ssm_parameter.image.value)
  instance_type = "t3.small"
  user_data     = base64encode("#!/bin/bash\necho ECS_CLUSTER=${aws_ecs_cluster.this.name} >> /etc/ecs/ecs.config\n")
}

resource "aws_autoscaling_group" "this" {
  name                  = "fleet"
  min_size              = 0
  max_size              = 5
  vpc_zone_identifier   = data.aws_subnets.all.ids
  protect_from_scale_in = true
  force_delete          = true # its machines go with it

  launch_template {
    id      = aws_launch_template.this.id
    version = "$Latest"
  }

  tag {
    key                 = "AmazonECSManaged"
    value               = true
    propagate_at_launch = true
  }
}

resource "aws_ecs_capacity_provider" "this" {
  name = "fleet"

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.this.arn
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"

    managed_scaling {
      status                    = "ENABLED"
      target_capacity           = 100
      minimum_scaling_step_size = 1
      maximum_scaling_step_size = 10
      instance_warmup_period    = 30
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = [aws_ecs_capacity_provider.this.name]

  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.this.name
    base              = 1
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each                 = { web = 900, agent = 128 }
  family                   = each.key
  requires_compatibilities = ["EC2"]
  network_mode             = "bridge"
  container_definitions    = jsonencode([{ name = each.key, image = each.key, cpu = each.value, memory = 128 }])
}

resource "aws_ecs_service" "web" {
  name                  = "web"
  cluster               = aws_ecs_cluster.this.id
  task_definition       = aws_ecs_task_definition.this["web"].arn
  desired_count         = var.desired_count
  wait_for_steady_state = true

  capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.this.name
    base              = 1
    weight            = 1
  }

  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }

  ordered_placement_strategy {
    type  = "binpack"
    field = "cpu"
  }

  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

# In a cluster with a default strategy, a DAEMON has to say its launch type.
resource "aws_ecs_service" "agent" {
  name                = "agent"
  cluster             = aws_ecs_cluster.this.id
  task_definition     = aws_ecs_task_definition.this["agent"].arn
  scheduling_strategy = "DAEMON"
  launch_type         = "EC2"

  depends_on = [aws_ecs_cluster_capacity_providers.this]
}
