# Container instances of an Auto Scaling group, and a service that is placed on them.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

data "aws_subnets" "all" {}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_launch_template" "this" {
  name                   = var.name
  image_id               = nonsensitive(data.aws_ssm_parameter.image.value)
  instance_type          = var.release == 1 ? "t3.micro" : "t3.small"
  update_default_version = true

  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo ECS_CLUSTER=${var.name} >> /etc/ecs/ecs.config
  EOT
  )

  metadata_options {
    http_tokens = "required"
  }

  monitoring {
    enabled = true
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = var.name }
  }
}

resource "aws_autoscaling_group" "this" {
  name                  = var.name
  min_size              = 0
  max_size              = 6
  desired_capacity      = 1 + var.release
  vpc_zone_identifier   = data.aws_subnets.all.ids
  protect_from_scale_in = false
  enabled_metrics       = ["GroupInServiceInstances"]
  suspended_processes   = ["AZRebalance"]

  launch_template {
    id      = aws_launch_template.this.id
    version = "$Latest"
  }

  tag {
    key                 = "Release"
    value               = var.release
    propagate_at_launch = true
  }

  depends_on = [aws_ecs_cluster.this]
}

resource "aws_launch_configuration" "old" {
  name          = "${var.name}-old"
  image_id      = nonsensitive(data.aws_ssm_parameter.image.value)
  instance_type = "t3.micro"
}

resource "aws_autoscaling_group" "old" {
  name                 = "${var.name}-old"
  min_size             = 0
  max_size             = 1
  launch_configuration = aws_launch_configuration.old.name
  availability_zones   = ["us-east-1a"]
}

resource "aws_autoscaling_group" "mixed" {
  name                = "${var.name}-mixed"
  min_size            = 0
  max_size            = var.release
  vpc_zone_identifier = data.aws_subnets.all.ids
  force_delete        = true

  mixed_instances_policy {
    instances_distribution {
      on_demand_percentage_above_base_capacity = 100
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.this.id
      }

      override {
        instance_type = "t3.small"
      }

      override {
        instance_type = "t3.medium"
      }
    }
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = var.name
  requires_compatibilities = ["EC2"]
  network_mode             = "bridge"

  container_definitions = jsonencode([{
    name         = "web"
    image        = "web"
    memory       = 128
    essential    = true
    environment  = [{ name = "RELEASE", value = tostring(var.release) }]
    portMappings = [{ containerPort = 80, hostPort = 0, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "web" {
  name                  = var.name
  cluster               = aws_ecs_cluster.this.id
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = 2 * var.release
  launch_type           = "EC2"
  wait_for_steady_state = true

  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }

  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.instance-type =~ t3.*"
  }

  depends_on = [aws_autoscaling_group.this]
}
