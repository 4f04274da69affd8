# A network load balancer with listeners of each protocol, all of which change in place.

resource "aws_lb" "network" {
  name               = "network"
  load_balancer_type = "network"
  internal           = true
  subnets            = slice(sort(data.aws_subnets.default.ids), 0, 2)
}

resource "aws_lb_target_group" "network" {
  for_each = { TCP = 6000, UDP = 6001, TCP_UDP = 6002, TLS = 6003 }

  name                   = "network-${replace(lower(each.key), "_", "-")}"
  port                   = each.value
  protocol               = each.key
  target_type            = "ip"
  vpc_id                 = data.aws_vpc.default.id
  deregistration_delay   = 30 * var.release
  connection_termination = var.release == 2 || strcontains(each.key, "UDP")
  proxy_protocol_v2      = var.release == 2 && contains(["TCP", "TLS"], each.key)

  health_check {
    protocol            = var.release == 1 ? "TCP" : "HTTP"
    path                = var.release == 1 ? null : "/health"
    matcher             = var.release == 1 ? null : "200-399"
    port                = 8080
    healthy_threshold   = 1 + var.release
    unhealthy_threshold = 1 + var.release
  }

  stickiness {
    type    = "source_ip"
    enabled = var.release == 2 && each.key != "TLS"
  }
}

resource "aws_lb_listener" "network" {
  for_each = { TCP = 6000, UDP = 6001, TCP_UDP = 6002, TLS = 6003 }

  load_balancer_arn        = aws_lb.network.arn
  port                     = each.value + 10 * var.release
  protocol                 = each.key
  certificate_arn          = each.key == "TLS" ? aws_acm_certificate_validation.network[var.release == 1 ? "one" : "two"].certificate_arn : null
  ssl_policy               = each.key == "TLS" ? (var.release == 1 ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : "ELBSecurityPolicy-TLS13-1-3-2021-06") : null
  alpn_policy              = each.key == "TLS" ? (var.release == 1 ? "HTTP2Preferred" : "HTTP1Only") : null
  tcp_idle_timeout_seconds = each.key == "TCP" ? 100 * var.release : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.network[each.key].arn
  }

  tags = { Release = var.release }
}

resource "aws_acm_certificate" "network" {
  for_each = toset(["one", "two"])

  domain_name       = "${each.key}.example"
  validation_method = "DNS"
}

resource "aws_acm_certificate_validation" "network" {
  for_each        = aws_acm_certificate.network
  certificate_arn = each.value.arn
}

resource "aws_lb_target_group_attachment" "network" {
  target_group_arn  = aws_lb_target_group.network["TCP"].arn
  target_id         = "192.168.7.8"
  port              = 7000
  availability_zone = "all"
}
