# A stack with a role of its own, one that uses what it exports, and lookups of both.

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

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudformation.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "deploy" {
  role = aws_iam_role.deploy.name
  name = "deploy"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ec2:*", "ecs:*", "iam:*", "logs:*"], Resource = "*" }]
  })
}

resource "aws_cloudformation_stack" "platform" {
  name               = "platform"
  iam_role_arn       = aws_iam_role.deploy.arn
  capabilities       = ["CAPABILITY_NAMED_IAM"]
  on_failure         = "DELETE"
  timeout_in_minutes = 20
  tags               = { Release = var.release }

  parameters = { Retention = 7 * var.release }

  policy_body = jsonencode({
    Statement = [{ Effect = "Allow", Action = "Update:*", Principal = "*", Resource = "*" }]
  })

  template_body = jsonencode({
    Description = "The platform of a shop"
    Parameters = {
      Retention = { Type = "Number" }
      Secret    = { Type = "String", NoEcho = true, Default = "hunter2" } # one that is given differs from what AWS shows in each plan
    }
    Resources = {
      Cluster = { Type = "AWS::ECS::Cluster", Properties = { ClusterName = "platform" } }
      Group   = { Type = "AWS::Logs::LogGroup", Properties = { RetentionInDays = { Ref = "Retention" } } }
      Role = {
        Type = "AWS::IAM::Role"
        Properties = {
          RoleName                 = "platform-tasks"
          AssumeRolePolicyDocument = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }] }
        }
      }
    }
    Outputs = {
      Cluster = { Value = { Ref = "Cluster" }, Description = "its name", Export = { Name = "platform-cluster" } }
      Group   = { Value = { Ref = "Group" } }
    }
  })

  depends_on = [aws_iam_role_policy.deploy]
}

resource "aws_cloudformation_stack" "shop" {
  name         = "shop"
  iam_role_arn = aws_iam_role.deploy.arn

  template_body = <<-YAML
    Resources:
      Definition:
        Type: AWS::ECS::TaskDefinition
        Properties:
          Family: shop
          ContainerDefinitions:
            - {Name: app, Image: app, Memory: 64, Environment: [{Name: CLUSTER, Value: !ImportValue platform-cluster}]}
    Outputs:
      Definition: {Value: !Ref Definition}
  YAML

  depends_on = [aws_cloudformation_stack.platform]
}

data "aws_cloudformation_stack" "platform" {
  name       = aws_cloudformation_stack.platform.name
  depends_on = [aws_cloudformation_stack.platform]
}

data "aws_cloudformation_export" "cluster" {
  name       = "platform-cluster"
  depends_on = [aws_cloudformation_stack.platform]
}

# What a stack has made is there for other resources.
data "aws_ecs_cluster" "platform" {
  cluster_name = aws_cloudformation_stack.platform.outputs["Cluster"]
}

output "found" {
  value = {
    cluster     = data.aws_ecs_cluster.platform.cluster_name
    export      = data.aws_cloudformation_export.cluster.value
    exporter    = data.aws_cloudformation_export.cluster.exporting_stack_id
    group       = data.aws_cloudformation_stack.platform.outputs["Group"]
    description = data.aws_cloudformation_stack.platform.description
    retention   = data.aws_cloudformation_stack.platform.parameters["Retention"]
    timeout     = data.aws_cloudformation_stack.platform.timeout_in_minutes
    role        = data.aws_cloudformation_stack.platform.iam_role_arn
    release     = data.aws_cloudformation_stack.platform.tags["Release"]
    secret      = data.aws_cloudformation_stack.platform.parameters["Secret"]
  }
}
