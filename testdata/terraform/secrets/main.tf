# Parameters and secrets, and a task definition that refers to them.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

resource "aws_ssm_parameter" "log_level" {
  name        = "/${var.name}/log-level"
  description = "How much is said"
  type        = "String"
  value       = var.release == 1 ? "info" : "debug"
  tags        = { Release = var.release }
}

resource "aws_ssm_parameter" "hosts" {
  name            = "${var.name}-hosts"
  type            = "StringList"
  value           = "a.example.com,b.example.com"
  allowed_pattern = "[a-z.,]+"
}

resource "aws_ssm_parameter" "token" {
  name  = "/${var.name}/api/token"
  type  = "SecureString"
  value = "not so secret ${var.release}"
  tier  = "Intelligent-Tiering"
}

resource "aws_ssm_parameter" "certificate" {
  name  = "/${var.name}/api/certificate"
  type  = "String"
  tier  = "Advanced"
  value = join("", [for i in range(500) : "0123456789"])
}

resource "aws_secretsmanager_secret" "db" {
  name                    = "${var.name}/db"
  description             = "Release ${var.release}"
  recovery_window_in_days = 0
  tags                    = { Name = var.name }
}

resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = jsonencode({ username = "web", password = "of release ${var.release}" })
}

resource "aws_secretsmanager_secret" "key" {
  name_prefix = "${var.name}-key-"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::000000000000:root" }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret_version" "key" {
  secret_id      = aws_secretsmanager_secret.key.arn
  secret_binary  = base64encode("bytes")
  version_stages = ["AWSCURRENT", "BLUE"]
}

resource "aws_secretsmanager_secret_policy" "db" {
  secret_arn          = aws_secretsmanager_secret.db.arn
  block_public_policy = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:DeleteSecret"
      Resource  = "*"
    }]
  })
}

data "aws_ssm_parameter" "token" {
  name = aws_ssm_parameter.token.name
}

data "aws_ssm_parameters_by_path" "all" {
  path       = "/${var.name}"
  recursive  = true
  depends_on = [aws_ssm_parameter.log_level, aws_ssm_parameter.token, aws_ssm_parameter.certificate]
}

data "aws_secretsmanager_secret" "db" {
  name       = aws_secretsmanager_secret.db.name
  depends_on = [aws_secretsmanager_secret_version.db]
}

data "aws_secretsmanager_secret_version" "db" {
  secret_id  = data.aws_secretsmanager_secret.db.id
  depends_on = [aws_secretsmanager_secret_version.db]
}

data "aws_secretsmanager_random_password" "any" {
  password_length     = 20
  exclude_punctuation = true
}

data "aws_secretsmanager_secrets" "some" {
  filter {
    name   = "name"
    values = ["${var.name}/"]
  }

  depends_on = [aws_secretsmanager_secret.db]
}

locals {
  password = jsondecode(data.aws_secretsmanager_secret_version.db.secret_string).password
}

resource "aws_ecs_task_definition" "web" {
  family             = "${var.name}-web"
  execution_role_arn = "arn:aws:iam::000000000000:role/${var.name}-execution"

  container_definitions = jsonencode([{
    name   = "app"
    image  = "ecs-emulator/demo"
    memory = 64
    secrets = [
      { name = "LOG_LEVEL", valueFrom = aws_ssm_parameter.log_level.name },
      { name = "TOKEN", valueFrom = aws_ssm_parameter.token.arn },
      { name = "PASSWORD", valueFrom = "${aws_secretsmanager_secret.db.arn}:password::" },
    ]
  }])

  lifecycle {
    postcondition {
      condition     = local.password == "of release ${var.release}" && data.aws_ssm_parameter.token.value == "not so secret ${var.release}"
      error_message = "Values are read that were not put."
    }

    postcondition {
      condition     = length(data.aws_ssm_parameters_by_path.all.names) == 3 && length(data.aws_secretsmanager_secrets.some.names) == 1
      error_message = "Not all parameters and secrets are found."
    }

    postcondition {
      condition     = can(regex("^[a-zA-Z0-9]{20}$", data.aws_secretsmanager_random_password.any.random_password))
      error_message = "The password is not as it was wanted."
    }
  }
}
