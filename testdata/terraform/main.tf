# Calls each module once. Its variable release is what changes between two applies.

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

module "cluster" {
  source             = "./cluster"
  name               = "platform"
  container_insights = var.release == 1 ? "enabled" : "disabled"

  tags = {
    Team    = "platform"
    Release = var.release
  }
}

module "task_definitions" {
  source    = "./task_definitions"
  log_level = var.release == 1 ? "info" : "debug"
}

module "service" {
  source        = "./service"
  name          = "web"
  release       = var.release
  desired_count = 1 + var.release
}

module "capacity_provider_strategy" {
  source      = "./capacity_provider_strategy"
  name        = "spot"
  spot_weight = 2 + var.release
}

module "account_settings" {
  source             = "./account_settings"
  container_insights = var.release == 1 ? "enhanced" : "disabled"
}

module "one_off" {
  source      = "./one_off"
  name        = "job"
  environment = "staging-${var.release}"
}

module "iam" {
  source  = "./iam"
  name    = "shop"
  release = var.release
}

module "instances" {
  source  = "./instances"
  name    = "fleet"
  release = var.release
}

module "volumes" {
  source  = "./volumes"
  name    = "volumes"
  release = var.release
}

# What the modules above made, and what everybody has.
module "lookups" {
  source          = "./lookups"
  cluster         = basename(module.service.cluster_arn)
  service         = basename(module.service.service)
  task_definition = module.service.task_definition
}

module "tags" {
  source = "./tags"
  owner  = "team-${var.release}"
}

output "found" {
  value = module.lookups.found
}

output "public_subnets" {
  value = module.tags.public_subnets
}

module "secrets" {
  source  = "./secrets"
  name    = "vault"
  release = var.release
}

module "logs" {
  source  = "./logs"
  name    = "shop"
  release = var.release
}

module "application" {
  source  = "./application"
  name    = "greeter"
  release = var.release
}

module "schedules" {
  source  = "./schedules"
  name    = "batch"
  release = var.release
}

module "rules" {
  source  = "./rules"
  name    = "events"
  release = var.release
}
