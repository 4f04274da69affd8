# An application and a network load balancer: listeners, rules, certificates, target groups, and
# a service behind the first one.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "release" {
  type    = number
  default = 1
}

provider "aws" {
  region = "us-east-1"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }

  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

resource "aws_security_group" "web" {
  name   = "load-balancer"
  vpc_id = data.aws_vpc.default.id

  ingress {
    from_port   = 80
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "web" {
  name                       = "web"
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.web.id]
  subnets                    = slice(sort(data.aws_subnets.default.ids), 0, 1 + var.release)
  idle_timeout               = 60 * var.release
  drop_invalid_header_fields = true
  tags                       = { Release = var.release }
}

resource "aws_lb_target_group" "web" {
  for_each = toset(["blue", "green"])

  name                 = each.key
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = data.aws_vpc.default.id
  deregistration_delay = 10 * var.release

  health_check {
    path                = "/health"
    interval            = 10 * var.release
    healthy_threshold   = 2
    unhealthy_threshold = 2
    matcher             = "200-299"
  }

  stickiness {
    type            = "lb_cookie"
    cookie_duration = 600
    enabled         = each.key == "blue"
  }
}

resource "aws_lb_target_group" "grpc" {
  name             = "grpc"
  port             = 50051
  protocol         = "HTTP"
  protocol_version = "GRPC"
  target_type      = "ip"
  vpc_id           = data.aws_vpc.default.id
}

resource "aws_lb_target_group_attachment" "web" {
  target_group_arn  = aws_lb_target_group.web["blue"].arn
  target_id         = "192.168.7.7"
  availability_zone = "all"
}

resource "aws_acm_certificate" "web" {
  for_each = toset(["shop.example", "other.example"])

  domain_name       = each.key
  validation_method = "DNS"
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate.web["shop.example"].arn
  tags              = { Release = var.release }

  default_action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = aws_lb_target_group.web

        content {
          arn    = target_group.value.arn
          weight = target_group.key == "blue" ? 100 - 10 * (var.release - 1) : 10 * (var.release - 1)
        }
      }

      stickiness {
        enabled  = true
        duration = 60
      }
    }
  }
}

resource "aws_lb_listener_certificate" "other" {
  listener_arn    = aws_lb_listener.https.arn
  certificate_arn = aws_acm_certificate.web["other.example"].arn
}

resource "aws_lb_listener_rule" "answer" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10 * var.release

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "application/json"
      message_body = "{\"release\":${var.release}}"
      status_code  = "200"
    }
  }

  condition {
    path_pattern {
      values = ["/release", "/release/*"]
    }
  }

  condition {
    http_request_method {
      values = ["GET"]
    }
  }

  condition {
    source_ip {
      values = ["10.0.0.0/8"]
    }
  }
}

resource "aws_lb_listener_rule" "grpc" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 100

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.grpc.arn
  }

  condition {
    host_header {
      values = ["grpc.example"]
    }
  }

  condition {
    http_header {
      http_header_name = "X-Stage"
      values           = ["beta"]
    }
  }

  condition {
    query_string {
      key   = "debug"
      value = "1"
    }
  }

  tags = { Release = var.release }
}

resource "aws_lb" "net" {
  name                             = "net"
  load_balancer_type               = "network"
  internal                         = true
  subnets                          = slice(sort(data.aws_subnets.default.ids), 0, 1)
  enable_cross_zone_load_balancing = var.release == 2
}

resource "aws_lb_target_group" "net" {
  name               = "net"
  port               = 53
  protocol           = "TCP"
  target_type        = "instance"
  vpc_id             = data.aws_vpc.default.id
  preserve_client_ip = true

  health_check {
    protocol = "TCP"
    port     = 8080
  }
}

resource "aws_lb_listener" "net" {
  load_balancer_arn = aws_lb.net.arn
  port              = 53
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.net.arn
  }
}

resource "aws_lb_target_group" "datagrams" {
  name     = "datagrams"
  port     = 53
  protocol = "TCP_UDP"
  vpc_id   = data.aws_vpc.default.id
}

data "aws_lb" "web" {
  name       = "web"
  depends_on = [aws_lb.web]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb.web.arn && self.dns_name == aws_lb.web.dns_name
      error_message = "The load balancer is not found by its name."
    }
  }
}
