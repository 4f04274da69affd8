variable "container_insights" {
  type    = string
  default = "enhanced"
}

resource "aws_ecs_account_setting_default" "container_insights" {
  name  = "containerInsights"
  value = var.container_insights
}

resource "aws_ecs_account_setting_default" "long_arns" {
  for_each = toset(["serviceLongArnFormat", "taskLongArnFormat", "containerInstanceLongArnFormat"])

  name  = each.key
  value = "enabled"
}

resource "aws_ecs_account_setting_default" "retirement" {
  name  = "fargateTaskRetirementWaitPeriod"
  value = "14"
}

resource "aws_ecs_account_setting_default" "trunking" {
  name  = "awsvpcTrunking"
  value = "enabled"
}
