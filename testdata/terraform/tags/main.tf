variable "owner" {
  type    = string
  default = "platform"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

# What others made: resources of one's own have their tags themselves.
data "aws_ecs_cluster" "default" {
  cluster_name = "default"
}

resource "aws_ecs_tag" "cluster" {
  resource_arn = data.aws_ecs_cluster.default.arn
  key          = "Owner"
  value        = var.owner
}

resource "aws_ec2_tag" "vpc" {
  resource_id = data.aws_vpc.default.id
  key         = "Owner"
  value       = var.owner
}

resource "aws_ec2_tag" "subnet" {
  for_each = toset(data.aws_subnets.default.ids)

  resource_id = each.value
  key         = "Tier"
  value       = "public"
}

data "aws_subnets" "public" {
  tags = {
    Tier = "public"
  }

  depends_on = [aws_ec2_tag.subnet]
}

output "public_subnets" {
  value = length(data.aws_subnets.public.ids)
}
