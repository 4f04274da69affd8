# What was made before, by the ids that the provider's documentation asks for.

import {
  to = module.cluster.aws_ecs_cluster.this
  id = "platform"
}

import {
  to = module.cluster.aws_ecs_cluster_capacity_providers.this
  id = "platform"
}

import {
  to = module.task_definitions.aws_ecs_task_definition.shop
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/shop:2"
}

import {
  to = module.task_definitions.aws_ecs_task_definition.small
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/small:1"
}

import {
  to = module.task_definitions.aws_ecs_task_definition.on_ec2
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/on-ec2:1"
}

import {
  to = module.service.aws_ecs_cluster.this
  id = "web"
}

import {
  to = module.service.aws_ecs_task_definition.this
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/web:2"
}

import {
  to = module.service.aws_ecs_service.this
  id = "web/web"
}

import {
  to = module.capacity_provider_strategy.aws_ecs_cluster.this
  id = "spot"
}

import {
  to = module.capacity_provider_strategy.aws_ecs_cluster_capacity_providers.this
  id = "spot"
}

import {
  to = module.capacity_provider_strategy.aws_ecs_task_definition.worker
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/spot-worker:1"
}

import {
  to = module.capacity_provider_strategy.aws_ecs_service.worker
  id = "spot/spot-worker"
}

import {
  to = module.account_settings.aws_ecs_account_setting_default.container_insights
  id = "containerInsights"
}

import {
  for_each = toset(["serviceLongArnFormat", "taskLongArnFormat", "containerInstanceLongArnFormat"])
  to       = module.account_settings.aws_ecs_account_setting_default.long_arns[each.key]
  id       = each.key
}

import {
  to = module.account_settings.aws_ecs_account_setting_default.retirement
  id = "fargateTaskRetirementWaitPeriod"
}

import {
  to = module.account_settings.aws_ecs_account_setting_default.trunking
  id = "awsvpcTrunking"
}

import {
  to = module.one_off.aws_ecs_cluster.this
  id = "job"
}

import {
  to = module.one_off.aws_ecs_task_definition.migration
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/job-migration:1"
}

import {
  to = module.iam.aws_iam_policy.bucket
  id = "arn:aws:iam::000000000000:policy/shop/shop-bucket"
}

import {
  to = module.iam.aws_iam_policy.boundary
  id = "arn:aws:iam::000000000000:policy/shop-boundary"
}

import {
  to = module.iam.aws_iam_role.execution
  id = "shop-execution"
}

import {
  to = module.iam.aws_iam_role_policy_attachment.execution
  id = "shop-execution/arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

import {
  to = module.iam.aws_iam_role.task
  id = "shop-task"
}

import {
  to = module.iam.aws_iam_role_policy.task
  id = "shop-task:secrets"
}

import {
  to = module.iam.aws_iam_role_policy_attachment.task["bucket"]
  id = "shop-task/arn:aws:iam::000000000000:policy/shop/shop-bucket"
}

import {
  to = module.iam.aws_iam_role_policy_attachment.task["s3"]
  id = "shop-task/arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

import {
  to = module.iam.aws_iam_role.instance
  id = "shop-instance"
}

import {
  to = module.iam.aws_iam_instance_profile.this
  id = "shop-instance"
}

import {
  to = module.iam.aws_iam_group.team
  id = "shop-team"
}

import {
  to = module.iam.aws_iam_group_policy.team
  id = "shop-team:logs"
}

import {
  to = module.iam.aws_iam_group_policy_attachment.team
  id = "shop-team/arn:aws:iam::000000000000:policy/shop/shop-bucket"
}

import {
  to = module.iam.aws_iam_user.developer
  id = "shop-developer"
}

import {
  to = module.iam.aws_iam_user_policy.developer
  id = "shop-developer:secrets"
}

import {
  to = module.iam.aws_iam_user_policy_attachment.developer
  id = "shop-developer/arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

import {
  to = module.iam.aws_iam_group.readers
  id = "shop-readers"
}

import {
  to = module.iam.aws_iam_user_group_membership.developer
  id = "shop-developer/shop-readers"
}

import {
  to = module.iam.aws_iam_policy.lists
  id = "arn:aws:iam::000000000000:policy/shop-lists"
}

import {
  to = module.iam.aws_iam_openid_connect_provider.pipeline
  id = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com"
}

import {
  to = module.iam.aws_iam_account_alias.this
  id = "shop"
}

import {
  to = module.tags.aws_ecs_tag.cluster
  id = "arn:aws:ecs:us-east-1:000000000000:cluster/default,Owner"
}

import {
  to = module.tags.aws_ec2_tag.vpc
  id = "vpc-0ec5e3a1a70000001,Owner"
}

import {
  for_each = toset(["subnet-0ec5e3a1a70000001", "subnet-0ec5e3a1a70000002", "subnet-0ec5e3a1a70000003"])
  to       = module.tags.aws_ec2_tag.subnet[each.key]
  id       = "${each.key},Tier"
}

import {
  to = module.instances.aws_ecs_cluster.this
  id = "fleet"
}

# A launch template is imported by its id.
data "aws_launch_template" "fleet" {
  name = "fleet"
}

import {
  to = module.instances.aws_launch_template.this
  id = data.aws_launch_template.fleet.id
}

import {
  to = module.instances.aws_autoscaling_group.this
  id = "fleet"
}

import {
  to = module.instances.aws_launch_configuration.old
  id = "fleet-old"
}

import {
  to = module.instances.aws_autoscaling_group.old
  id = "fleet-old"
}

import {
  to = module.instances.aws_autoscaling_group.mixed
  id = "fleet-mixed"
}

import {
  to = module.instances.aws_ecs_task_definition.web
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/fleet:2"
}

import {
  to = module.instances.aws_ecs_service.web
  id = "fleet/fleet"
}

import {
  to = module.volumes.aws_ecs_cluster.this
  id = "volumes"
}

import {
  to = module.volumes.aws_iam_role.infrastructure
  id = "volumes-infrastructure"
}

import {
  to = module.volumes.aws_iam_role_policy_attachment.infrastructure
  id = "volumes-infrastructure/arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"
}

import {
  to = module.volumes.aws_ecs_task_definition.db
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/volumes-db:1"
}

import {
  to = module.volumes.aws_ecs_service.db
  id = "volumes/volumes-db"
}

import {
  to = module.secrets.aws_ssm_parameter.log_level
  id = "/vault/log-level"
}

import {
  to = module.secrets.aws_ssm_parameter.hosts
  id = "vault-hosts"
}

import {
  to = module.secrets.aws_ssm_parameter.token
  id = "/vault/api/token"
}

import {
  to = module.secrets.aws_ssm_parameter.certificate
  id = "/vault/api/certificate"
}

import {
  to = module.secrets.aws_ecs_task_definition.web
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/vault-web:1"
}

import {
  to = module.logs.aws_cloudwatch_log_group.service
  id = "/ecs/shop"
}

import {
  to = module.logs.aws_cloudwatch_log_group.forever
  id = "/ecs/shop/audit"
}

import {
  to = module.logs.aws_cloudwatch_log_stream.this
  id = "/ecs/shop:deployments"
}

import {
  to = module.logs.aws_cloudwatch_log_metric_filter.errors
  id = "/ecs/shop:errors"
}

import {
  to = module.logs.aws_cloudwatch_log_metric_filter.latency
  id = "/ecs/shop:latency"
}

import {
  to = module.application.aws_cloudwatch_log_group.this
  id = "/ecs/greeter"
}

import {
  to = module.application.aws_ssm_parameter.greeting
  id = "/greeter/greeting"
}

import {
  to = module.application.aws_iam_role.execution
  id = "greeter-execution"
}

import {
  to = module.application.aws_iam_role_policy_attachment.execution
  id = "greeter-execution/arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

import {
  to = module.application.aws_iam_role_policy.execution
  id = "greeter-execution:reads"
}

import {
  to = module.application.aws_iam_role.task
  id = "greeter-task"
}

import {
  to = module.application.aws_iam_role_policy.task
  id = "greeter-task:bucket"
}

import {
  to = module.application.aws_ecs_cluster.this
  id = "greeter"
}

import {
  to = module.application.aws_ecs_task_definition.this
  id = "arn:aws:ecs:us-east-1:000000000000:task-definition/greeter:2"
}

import {
  to = module.application.aws_ecs_service.this
  id = "greeter/greeter"
}

import {
  to = module.schedules.aws_iam_role.scheduler
  id = "batch-scheduler"
}

import {
  to = module.schedules.aws_scheduler_schedule_group.this
  id = "batch"
}

import {
  to = module.schedules.aws_scheduler_schedule.nightly
  id = "batch/nightly"
}

import {
  to = module.schedules.aws_scheduler_schedule.to_nothing
  id = "batch/to-nothing"
}

import {
  to = module.schedules.aws_scheduler_schedule.hourly
  id = "default/hourly"
}

import {
  to = module.rules.aws_cloudwatch_event_bus.this
  id = "events"
}

import {
  to = module.rules.aws_cloudwatch_event_bus_policy.this
  id = "events"
}

import {
  to = module.rules.aws_iam_role.events
  id = "events-events"
}

import {
  to = module.rules.aws_cloudwatch_event_rule.nightly
  id = "default/events-nightly"
}

import {
  to = module.rules.aws_cloudwatch_event_target.job
  id = "default/events-nightly/job"
}

import {
  to = module.rules.aws_cloudwatch_event_rule.stopped
  id = "default/events-stopped"
}

import {
  to = module.rules.aws_cloudwatch_event_target.queue
  id = "default/events-stopped/queue"
}

import {
  to = module.rules.aws_cloudwatch_event_target.bus
  id = "default/events-stopped/bus"
}

import {
  to = module.rules.aws_cloudwatch_log_group.events
  id = "/aws/events/events"
}

import {
  to = module.rules.aws_cloudwatch_event_rule.all
  id = "events/all"
}

import {
  to = module.rules.aws_cloudwatch_event_target.logs
  id = "events/all/logs"
}
