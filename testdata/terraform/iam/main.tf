# Roles for tasks and instances, as modules around ECS make them, and who deploys.

variable "name" {
  type = string
}

variable "release" {
  type = number
}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.key]
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "Read"
    actions   = var.release == 1 ? ["s3:GetObject"] : ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.name}", "arn:aws:s3:::${var.name}/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Name"
      values   = [var.name]
    }
  }
}

data "aws_iam_policy" "execution" {
  name = "AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy" "full_access" {
  arn = "arn:aws:iam::aws:policy/AmazonECS_FullAccess"
}

resource "aws_iam_policy" "bucket" {
  name        = "${var.name}-bucket"
  path        = "/${var.name}/"
  description = "Reads the bucket"
  policy      = data.aws_iam_policy_document.bucket.json
  tags        = { Release = var.release }
}

resource "aws_iam_policy" "boundary" {
  name   = "${var.name}-boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.trust["ecs-tasks.amazonaws.com"].json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = data.aws_iam_policy.execution.arn
}

resource "aws_iam_role" "task" {
  name                  = "${var.name}-task"
  path                  = "/${var.name}/"
  description           = "Release ${var.release}"
  assume_role_policy    = data.aws_iam_policy_document.trust["ecs-tasks.amazonaws.com"].json
  max_session_duration  = 3600 * var.release
  permissions_boundary  = var.release == 1 ? null : aws_iam_policy.boundary.arn
  force_detach_policies = true

  tags = var.release == 1 ? { Name = var.name, Team = "shop" } : { Name = var.name, Release = var.release }
}

resource "aws_iam_role_policy" "task" {
  name   = "secrets"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = "arn:aws:secretsmanager:*:*:secret:${var.name}-${var.release}" }] })
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each   = { bucket = aws_iam_policy.bucket.arn, s3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }
  role       = aws_iam_role.task.name
  policy_arn = each.value
}

resource "aws_iam_role" "instance" {
  name               = "${var.name}-instance"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2.amazonaws.com"].json
}

resource "aws_iam_instance_profile" "this" {
  name = "${var.name}-instance"
  role = aws_iam_role.instance.name
  tags = { Release = var.release }
}

data "aws_iam_role" "task" {
  name       = aws_iam_role.task.name
  depends_on = [aws_iam_role_policy_attachment.task]
}

data "aws_iam_policy" "bucket" {
  arn = aws_iam_policy.bucket.arn
}

data "aws_iam_instance_profile" "this" {
  name = aws_iam_instance_profile.this.name
}

check "what_is_found" {
  assert {
    condition     = data.aws_iam_role.task.unique_id == aws_iam_role.task.unique_id
    error_message = "the role is found with the id ${data.aws_iam_role.task.unique_id}"
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy.bucket.policy) == jsondecode(aws_iam_policy.bucket.policy)
    error_message = "the policy is found as ${data.aws_iam_policy.bucket.policy}"
  }

  assert {
    condition     = data.aws_iam_instance_profile.this.role_arn == aws_iam_role.instance.arn
    error_message = "the instance profile is found with ${data.aws_iam_instance_profile.this.role_arn}"
  }

  assert {
    condition     = contains(flatten(jsondecode(data.aws_iam_policy.full_access.policy).Statement[*].Action), "ecs:*")
    error_message = "AWS's policy is found as ${data.aws_iam_policy.full_access.policy}"
  }
}

# A team with a key of its own, and a pipeline elsewhere that takes a role.

resource "aws_iam_group" "team" {
  name = "${var.name}-team"
  path = var.release == 1 ? "/" : "/${var.name}/"
}

resource "aws_iam_group_policy" "team" {
  name   = "logs"
  group  = aws_iam_group.team.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "logs:Get*", Resource = "*" }] })
}

resource "aws_iam_group_policy_attachment" "team" {
  group      = aws_iam_group.team.name
  policy_arn = aws_iam_policy.bucket.arn
}

resource "aws_iam_user" "developer" {
  name                 = "${var.name}-developer"
  path                 = var.release == 1 ? "/" : "/${var.name}/"
  permissions_boundary = var.release == 1 ? aws_iam_policy.boundary.arn : null
  tags                 = { Release = var.release }
}

resource "aws_iam_user_policy" "developer" {
  name   = "secrets"
  user   = aws_iam_user.developer.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "arn:aws:secretsmanager:*:*:secret:${var.name}-${var.release}" }] })
}

resource "aws_iam_user_policy_attachment" "developer" {
  user       = aws_iam_user.developer.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

resource "aws_iam_group_membership" "team" {
  name  = "${var.name}-team"
  group = aws_iam_group.team.name
  users = [aws_iam_user.developer.name]
}

# One more group, in which the membership is the user's, and a policy that all may have and no one else.

resource "aws_iam_group" "readers" {
  name = "${var.name}-readers"
}

resource "aws_iam_user_group_membership" "developer" {
  user   = aws_iam_user.developer.name
  groups = [aws_iam_group.readers.name]
}

resource "aws_iam_policy" "lists" {
  name   = "${var.name}-lists"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecs:List*", Resource = "*" }] })
}

resource "aws_iam_policy_attachment" "lists" {
  name       = "lists"
  policy_arn = aws_iam_policy.lists.arn
  users      = var.release == 1 ? [aws_iam_user.developer.name] : []
  groups     = [aws_iam_group.readers.name]
  roles      = [aws_iam_role.task.name]
}

resource "aws_iam_access_key" "developer" {
  user   = aws_iam_user.developer.name
  status = var.release == 1 ? "Active" : "Inactive"
}

resource "aws_iam_openid_connect_provider" "pipeline" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = var.release == 1 ? ["sts.amazonaws.com"] : ["sts.amazonaws.com", var.name]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = { Release = var.release }
}

resource "aws_iam_account_alias" "this" {
  account_alias = var.name
}

data "aws_iam_user" "developer" {
  user_name = aws_iam_user.developer.name
}

data "aws_iam_group" "team" {
  group_name = aws_iam_group.team.name
  depends_on = [aws_iam_group_membership.team]
}

data "aws_iam_openid_connect_provider" "pipeline" {
  arn = aws_iam_openid_connect_provider.pipeline.arn
}

check "who_is_found" {
  assert {
    condition     = data.aws_iam_user.developer.user_id == aws_iam_user.developer.unique_id
    error_message = "the user is found with the id ${data.aws_iam_user.developer.user_id}"
  }

  assert {
    condition     = one(data.aws_iam_group.team.users[*].user_name) == aws_iam_user.developer.name
    error_message = "the group is found with ${jsonencode(data.aws_iam_group.team.users)}"
  }

  assert {
    condition     = data.aws_iam_openid_connect_provider.pipeline.url == "token.actions.githubusercontent.com"
    error_message = "the provider is found as ${data.aws_iam_openid_connect_provider.pipeline.url}"
  }
}
