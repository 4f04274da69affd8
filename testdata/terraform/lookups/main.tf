variable "cluster" {
  type = string
}

variable "service" {
  type = string
}

variable "task_definition" {
  type = string
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_availability_zone" "first" {
  name = data.aws_availability_zones.available.names[0]
}

data "aws_vpc" "default" {
  default = true
}

data "aws_vpcs" "all" {}

data "aws_vpc" "by_id" {
  id = data.aws_vpc.default.id
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_subnet" "each" {
  for_each = toset(data.aws_subnets.default.ids)
  id       = each.value
}

data "aws_subnet" "in_first_zone" {
  vpc_id            = data.aws_vpc.default.id
  availability_zone = data.aws_availability_zones.available.names[0]
  default_for_az    = true
}

data "aws_security_groups" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_security_group" "default" {
  name   = "default"
  vpc_id = data.aws_vpc.default.id
}

data "aws_vpc_security_group_rules" "default" {
  filter {
    name   = "group-id"
    values = [data.aws_security_group.default.id]
  }
}

data "aws_route_tables" "default" {
  vpc_id = data.aws_vpc.default.id
}

data "aws_route_table" "main" {
  vpc_id = data.aws_vpc.default.id

  filter {
    name   = "association.main"
    values = ["true"]
  }
}

data "aws_internet_gateway" "default" {
  filter {
    name   = "attachment.vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_network_acls" "default" {
  vpc_id = data.aws_vpc.default.id
}

data "aws_network_interfaces" "of_subnet" {
  filter {
    name   = "subnet-id"
    values = [data.aws_subnet.in_first_zone.id]
  }
}

data "aws_ec2_instance_type" "medium" {
  instance_type = "t3.medium"

  lifecycle {
    postcondition {
      condition     = self.memory_size == 4096 && self.maximum_ipv4_addresses_per_interface == 6
      error_message = "t3.medium has ${self.memory_size} MiB and ${self.maximum_ipv4_addresses_per_interface} addresses."
    }
  }
}

data "aws_ec2_instance_type" "with_gpus" {
  instance_type = "g4dn.12xlarge"

  lifecycle {
    postcondition {
      condition     = self.total_gpu_memory == 65536 && one(self.gpus).count == 4
      error_message = "g4dn.12xlarge has ${self.total_gpu_memory} MiB of GPU memory."
    }
  }
}

data "aws_ecs_cluster" "this" {
  cluster_name = var.cluster
}

data "aws_ecs_service" "this" {
  cluster_arn  = data.aws_ecs_cluster.this.arn
  service_name = var.service
}

data "aws_ecs_task_definition" "this" {
  task_definition = var.task_definition
}

data "aws_ecs_container_definition" "this" {
  task_definition = data.aws_ecs_task_definition.this.arn
  container_name  = "web"
}

output "found" {
  value = {
    account        = data.aws_caller_identity.current.account_id
    region         = data.aws_region.current.name
    zones          = data.aws_availability_zones.available.names
    cidr           = data.aws_vpc.by_id.cidr_block
    dns            = data.aws_vpc.default.enable_dns_hostnames
    main_routes    = data.aws_route_table.main.id == data.aws_vpc.default.main_route_table_id
    subnets        = sort([for subnet in data.aws_subnet.each : subnet.availability_zone])
    first          = data.aws_subnet.in_first_zone.cidr_block
    groups         = data.aws_security_groups.default.ids
    group          = data.aws_security_group.default.id
    rules          = length(data.aws_vpc_security_group_rules.default.ids)
    route_tables   = length(data.aws_route_tables.default.ids)
    acls           = length(data.aws_network_acls.default.ids)
    gateway        = data.aws_internet_gateway.default.attachments[0].state
    cluster_status = data.aws_ecs_cluster.this.status
    service_name   = data.aws_ecs_service.this.service_name
    family         = data.aws_ecs_task_definition.this.family
    image          = data.aws_ecs_container_definition.this.image
  }
}
