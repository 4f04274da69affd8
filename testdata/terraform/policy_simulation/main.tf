# A deploy role, and what it may do: asked when it is planned and when it is applied.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "pass" {
  type    = bool
  default = false
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  path               = "/ci/"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_iam_role_policy" "services" {
  name = "services"
  role = aws_iam_role.deploy.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{ Effect = "Allow", Action = ["ecs:UpdateService"], Resource = "arn:aws:ecs:*:*:service/shop/*" }],
      var.pass ? [{ Effect = "Allow", Action = ["iam:PassRole"], Resource = "*", Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } } }] : [],
    )
  })
}

data "aws_iam_principal_policy_simulation" "services" {
  policy_source_arn = aws_iam_role.deploy.arn
  action_names      = ["ecs:UpdateService"]
  resource_arns     = ["arn:aws:ecs:us-east-1:000000000000:service/shop/web"]
  depends_on        = [aws_iam_role_policy.services]
}

data "aws_iam_principal_policy_simulation" "pass" {
  policy_source_arn = aws_iam_role.deploy.arn
  action_names      = ["iam:PassRole", "ecs:DeleteService"]
  depends_on        = [aws_iam_role_policy.services]

  context {
    key    = "iam:PassedToService"
    type   = "string"
    values = ["ecs-tasks.amazonaws.com"]
  }
}

check "what_it_may_do" {
  assert {
    condition     = data.aws_iam_principal_policy_simulation.services.all_allowed
    error_message = jsonencode(data.aws_iam_principal_policy_simulation.services.results)
  }

  assert {
    condition = [for r in data.aws_iam_principal_policy_simulation.services.results : "${r.resource_arn} ${r.decision} ${one(r.matched_statements).source_policy_id}"] == [
      "arn:aws:ecs:us-east-1:000000000000:service/shop/web allowed role_deploy_services",
    ]
    error_message = jsonencode(data.aws_iam_principal_policy_simulation.services.results)
  }

  assert {
    condition = { for r in data.aws_iam_principal_policy_simulation.pass.results : r.action_name => r.allowed } == {
      "iam:PassRole" = var.pass, "ecs:DeleteService" = false
    }
    error_message = jsonencode(data.aws_iam_principal_policy_simulation.pass.results)
  }
}
