# Rules of the service are resources of their own, in the newer words; those of the endpoints
# in the older.

resource "aws_security_group" "service" {
  name        = "${var.name}-service"
  description = "The service of ${var.name}"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${var.name}-service" })
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.service.id
  description       = "release ${var.release}"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8079 + var.release
  cidr_ipv4         = var.range
  tags              = { Name = "${var.name}-web" }
}

resource "aws_vpc_security_group_ingress_rule" "peers" {
  security_group_id            = aws_security_group.service.id
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.service.id
  tags                         = { Name = "${var.name}-peers" }
}

resource "aws_vpc_security_group_egress_rule" "everything" {
  security_group_id = aws_security_group.service.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
  tags              = { Name = "${var.name}-everything" }
}

resource "aws_security_group" "endpoints" {
  name_prefix = "${var.name}-endpoints-"
  description = "Endpoints of ${var.name}"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${var.name}-endpoints" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group_rule" "https" {
  security_group_id        = aws_security_group.endpoints.id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.service.id
}

resource "aws_security_group_rule" "answers" {
  security_group_id = aws_security_group.endpoints.id
  type              = "egress"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"

  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx:1.27"
    essential    = true
    command      = ["serve", "8080", "release ${var.release}"]
    portMappings = [{ containerPort = 8080 }]
  }])
}

resource "aws_ecs_service" "this" {
  name                  = var.name
  cluster               = aws_ecs_cluster.this.id
  task_definition       = aws_ecs_task_definition.this.arn
  desired_count         = var.tasks
  launch_type           = "FARGATE"
  wait_for_steady_state = var.steady

  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.service.id]
  }

  depends_on = [aws_route_table_association.private, aws_vpc_security_group_egress_rule.everything]
}

output "vpc_id" {
  value = aws_vpc.this.id
}

output "private_subnets" {
  value = aws_subnet.private[*].id
}

output "tasks" {
  value = aws_ecs_service.this.desired_count
}
