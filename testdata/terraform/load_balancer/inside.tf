# An internal application load balancer of which every attribute changes, and what finds all of
# these load balancers.

resource "aws_lb" "inside" {
  name                                        = "inside"
  internal                                    = true
  security_groups                             = [aws_security_group.web.id]
  subnets                                     = slice(sort(data.aws_subnets.default.ids), 0, 2)
  client_keep_alive                           = 1000 * var.release
  desync_mitigation_mode                      = var.release == 1 ? "monitor" : "strictest"
  drop_invalid_header_fields                  = var.release == 2
  enable_cross_zone_load_balancing            = true
  enable_http2                                = var.release == 1
  enable_tls_version_and_cipher_suite_headers = var.release == 2
  enable_waf_fail_open                        = var.release == 2
  enable_xff_client_port                      = var.release == 2
  enable_zonal_shift                          = var.release == 2
  idle_timeout                                = 100 * var.release
  preserve_host_header                        = var.release == 2
  xff_header_processing_mode                  = var.release == 1 ? "preserve" : "remove"
}

resource "aws_lb_target_group" "inside" {
  name                              = "inside"
  port                              = 80
  protocol                          = "HTTP"
  protocol_version                  = "HTTP1"
  vpc_id                            = data.aws_vpc.default.id
  slow_start                        = var.release == 1 ? 0 : 60
  load_balancing_algorithm_type     = var.release == 1 ? "least_outstanding_requests" : "round_robin"
  load_balancing_cross_zone_enabled = var.release == 2 ? "true" : "use_load_balancer_configuration"

  stickiness {
    type            = var.release == 1 ? "app_cookie" : "lb_cookie"
    cookie_name     = var.release == 1 ? "SESSION" : null
    cookie_duration = 100 * var.release
  }

  target_group_health {
    dns_failover {
      minimum_healthy_targets_count      = var.release
      minimum_healthy_targets_percentage = var.release == 1 ? "off" : "50"
    }

    unhealthy_state_routing {
      minimum_healthy_targets_count      = var.release
      minimum_healthy_targets_percentage = var.release == 1 ? "off" : "50"
    }
  }
}

resource "aws_lb_listener" "inside" {
  load_balancer_arn                                  = aws_lb.inside.arn
  port                                               = 8000 + var.release
  protocol                                           = "HTTP"
  routing_http_response_server_enabled               = var.release == 1
  routing_http_response_x_frame_options_header_value = var.release == 1 ? "DENY" : "SAMEORIGIN"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = var.release == 1 ? "text/plain" : "text/html"
      message_body = "closed ${var.release}"
      status_code  = 402 + var.release
    }
  }
}

resource "aws_lb_listener_rule" "inside" {
  listener_arn = aws_lb_listener.inside.arn
  priority     = 7 + var.release

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.inside.arn
        weight = var.release
      }

      dynamic "stickiness" {
        for_each = var.release == 1 ? [] : [1]

        content {
          enabled  = true
          duration = 60
        }
      }
    }
  }

  condition {
    query_string {
      key   = "stage"
      value = "beta${var.release}"
    }

    query_string {
      value = "only"
    }
  }

  condition {
    source_ip {
      values = ["10.${var.release}.0.0/16"]
    }
  }
}

data "aws_lb_listener" "inside" {
  load_balancer_arn = aws_lb.inside.arn
  port              = 8000 + var.release
  depends_on        = [aws_lb_listener.inside]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb_listener.inside.arn
      error_message = "The listener is not found by its port."
    }
  }
}

data "aws_lb_listener" "network" {
  arn = aws_lb_listener.network["TLS"].arn
}

data "aws_lb_target_group" "inside" {
  name       = "inside"
  depends_on = [aws_lb_target_group.inside]
}

data "aws_lb_target_group" "network" {
  arn = aws_lb_target_group.network["UDP"].arn
}

data "aws_lbs" "all" {
  depends_on = [aws_lb.inside, aws_lb.net, aws_lb.web]
}

data "aws_lb" "net" {
  arn = aws_lb.net.arn
}

data "aws_lb_hosted_zone_id" "main" {}

data "aws_lb_listener_rule" "inside" {
  arn = aws_lb_listener_rule.inside.arn
}
