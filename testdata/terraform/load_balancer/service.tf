# A service behind the application load balancer, whose tasks let in nothing else. With its
# second release it gets into both target groups.

resource "aws_security_group" "tasks" {
  name   = "tasks"
  vpc_id = data.aws_vpc.default.id

  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb_listener_rule" "shop" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 1

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web["blue"].arn
  }

  condition {
    path_pattern {
      values = ["/shop"]
    }
  }
}

resource "aws_ecs_cluster" "web" {
  name = "web"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"

  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx:1.27"
    command      = ["serve", "8080", "hello"]
    portMappings = [{ containerPort = 8080 }]
  }])
}

resource "aws_ecs_service" "web" {
  name                              = "web"
  cluster                           = aws_ecs_cluster.web.id
  task_definition                   = aws_ecs_task_definition.web.arn
  desired_count                     = var.release
  launch_type                       = "FARGATE"
  health_check_grace_period_seconds = 30 * var.release
  wait_for_steady_state             = true

  dynamic "load_balancer" {
    for_each = var.release == 1 ? ["blue"] : ["blue", "green"]

    content {
      target_group_arn = aws_lb_target_group.web[load_balancer.value].arn
      container_name   = "web"
      container_port   = 8080
    }
  }

  network_configuration {
    subnets         = aws_lb.web.subnets
    security_groups = [aws_security_group.tasks.id]
  }

  depends_on = [aws_lb_listener.https]
}
