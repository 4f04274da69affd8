terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {}
resource "aws_vpc" "v" { cidr_block = "10.8.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.8.1.0/24"
}
resource "aws_launch_template" "t" {
  name_prefix   = "ecs-"
  image_id      = "ami-0ec5e3a1a70000001"
  instance_type = "t3.micro"
  user_data     = base64encode("#!/bin/sh\necho ECS_CLUSTER=ec2 >> /etc/ecs/ecs.config\n")
}
resource "aws_autoscaling_group" "g" {
  name                = "ecs-group"
  min_size            = 0
  max_size            = 2
  vpc_zone_identifier = [aws_subnet.s.id]
  launch_template {
    id      = aws_launch_template.t.id
    version = "$Latest"
  }
  tag {
    key                 = "AmazonECSManaged"
    value               = true
    propagate_at_launch = true
  }
  protect_from_scale_in = true
}
resource "aws_ecs_capacity_provider" "p" {
  name = "asg"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.g.arn
    managed_termination_protection = "ENABLED"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
}
resource "aws_ecs_cluster" "c" { name = "ec2" }
resource "aws_ecs_cluster_capacity_providers" "c" {
  cluster_name       = aws_ecs_cluster.c.name
  capacity_providers = [aws_ecs_capacity_provider.p.name]
  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.p.name
    weight            = 1
    base              = 1
  }
}
resource "terraform_data" "n" { input = "app" }
resource "terraform_data" "p" { input = aws_ecs_capacity_provider.p.id }
resource "aws_ecs_task_definition" "app" {
  family       = "app"
  network_mode = "bridge"
  container_definitions = jsonencode([{
    name         = "app", image = "ecs-emulator/demo", memory = 64
    portMappings = [{ containerPort = 80, hostPort = 0 }]
  }])
  volume {
    name      = "data"
    host_path = "/data"
  }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.instance-type =~ t3.*"
  }
}
resource "aws_ecs_service" "app" {
  name            = "app"
  cluster         = aws_ecs_cluster.c.arn
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = 0
  capacity_provider_strategy {
    capacity_provider = terraform_data.p.output
    weight            = 1
  }
  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }
  ordered_placement_strategy {
    type  = "spread"
    field = terraform_data.n.output
  }
  depends_on = [aws_ecs_cluster_capacity_providers.c]
}
resource "aws_ecs_service" "daemon" {
  name                = "daemon"
  cluster             = aws_ecs_cluster.c.arn
  task_definition     = aws_ecs_task_definition.app.arn
  scheduling_strategy = "DAEMON"
  launch_type         = "EC2"
  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }
}
resource "aws_ecs_service" "distinct" {
  name            = "distinct"
  cluster         = aws_ecs_cluster.c.arn
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = 0
  placement_constraints { type = "distinctInstance" }
  launch_type = "EC2"
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}
