# A repository of images with its policies, a login, and a task definition of the image that was pushed.

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

variable "pushed" {
  type    = bool
  default = false
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_ecr_repository" "app" {
  name                 = "shop/app"
  image_tag_mutability = var.release == 1 ? "MUTABLE" : "IMMUTABLE"
  force_delete         = true
  tags                 = { Release = var.release }

  image_scanning_configuration {
    scan_on_push = var.release == 1
  }
}

resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep what was deployed last"
      selection    = { tagStatus = "tagged", tagPatternList = ["v*"], countType = "imageCountMoreThan", countNumber = 10 * var.release }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy     = data.aws_iam_policy_document.pull.json
}

data "aws_iam_policy_document" "pull" {
  statement {
    sid     = "Pull${var.release}"
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

    principals {
      type        = "AWS"
      identifiers = ["210987654321"]
    }
  }
}

data "aws_ecr_authorization_token" "login" {}

data "aws_ecr_repository" "app" {
  name = aws_ecr_repository.app.name
}

data "aws_ecr_image" "app" {
  count           = var.pushed ? 1 : 0
  repository_name = "shop/app" # so that it is read although the repository is about to change
  image_tag       = "v1"
}

resource "aws_ecs_task_definition" "app" {
  count  = var.pushed ? 1 : 0
  family = "shop"
  container_definitions = jsonencode([
    { name = "app", image = "${aws_ecr_repository.app.repository_url}@${data.aws_ecr_image.app[0].image_digest}", memory = 64 }
  ])
}
