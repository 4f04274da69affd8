data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

variable "log_level" {
  type    = string
  default = "info"
}

locals {
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.name

  logs = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = "/ecs/shop"
      awslogs-region        = local.region
      awslogs-stream-prefix = "shop"
    }
  }
}

# Everything a task on Fargate may have, in no particular order.
resource "aws_ecs_task_definition" "shop" {
  family                   = "shop"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 4096
  execution_role_arn       = "arn:aws:iam::${local.account}:role/shop-execution"
  task_role_arn            = "arn:aws:iam::${local.account}:role/shop"
  pid_mode                 = "task"

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  ephemeral_storage {
    size_in_gib = 40
  }

  volume {
    name = "cache"
  }

  volume {
    name = "uploads"

    efs_volume_configuration {
      file_system_id     = "fs-0123456789abcdef0"
      root_directory     = "/"
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = "fsap-0123456789abcdef0"
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = jsonencode([
    {
      name              = "web"
      image             = "nginx:1.27"
      essential         = true
      cpu               = 512
      memory            = 2048
      memoryReservation = 1024
      portMappings = [
        { containerPort = 80, name = "http", appProtocol = "http" },
        { containerPort = 8443, hostPort = 8443, protocol = "tcp" },
      ]
      environment = [
        { name = "LOG_LEVEL", value = var.log_level },
        { name = "API", value = "http://localhost:8080" },
      ]
      environmentFiles = [{ type = "s3", value = "arn:aws:s3:::shop-configuration/web.env" }]
      secrets = [
        { name = "PASSWORD", valueFrom = "arn:aws:secretsmanager:${local.region}:${local.account}:secret:shop-AbCdEf:password::" },
        { name = "KEY", valueFrom = "/shop/key" },
      ]
      command                = ["nginx", "-g", "daemon off;"]
      entryPoint             = ["/docker-entrypoint.sh"]
      workingDirectory       = "/srv"
      user                   = "101:101"
      readonlyRootFilesystem = true
      interactive            = false
      pseudoTerminal         = false
      stopTimeout            = 30
      startTimeout           = 60
      dockerLabels           = { team = "shop", tier = "front" }
      ulimits                = [{ name = "nofile", softLimit = 2048, hardLimit = 4096 }]
      systemControls         = [{ namespace = "net.core.somaxconn", value = "1024" }]
      mountPoints = [
        { sourceVolume = "cache", containerPath = "/var/cache/nginx" },
        { sourceVolume = "uploads", containerPath = "/srv/uploads", readOnly = true },
      ]
      dependsOn = [
        { containerName = "migrate", condition = "SUCCESS" },
        { containerName = "api", condition = "HEALTHY" },
      ]
      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { add = [], drop = ["NET_RAW"] } # ECS answers both lists
      }
      logConfiguration = merge(local.logs, {
        secretOptions = [{ name = "token", valueFrom = "/shop/log-token" }]
      })
    },
    {
      name  = "api"
      image = "public.ecr.aws/shop/api@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      restartPolicy = {
        enabled              = true
        ignoredExitCodes     = [0, 143]
        restartAttemptPeriod = 180
      }
      healthCheck = {
        command     = ["CMD-SHELL", "curl -f http://localhost:8080/health || exit 1"]
        interval    = 10
        startPeriod = 30
      }
      repositoryCredentials = {
        credentialsParameter = "arn:aws:secretsmanager:${local.region}:${local.account}:secret:registry-AbCdEf"
      }
      resourceRequirements = []
      logConfiguration     = local.logs
    },
    {
      name             = "migrate"
      image            = "migrate"
      essential        = false
      linuxParameters  = { initProcessEnabled = false }
      volumesFrom      = [{ sourceContainer = "api", readOnly = true }]
      logConfiguration = local.logs
    },
  ])

  tags = {
    Name        = "shop"
    Environment = "test"
    Owner       = "web team"
    CostCenter  = "1234"
  }
}

# The least that one may have: no compatibilities, no size, defaults everywhere.
resource "aws_ecs_task_definition" "small" {
  family = "small"

  container_definitions = jsonencode([{
    name          = "small"
    image         = "busybox"
    memory        = 64
    restartPolicy = { enabled = true }
  }])
}

# What only container instances have.
resource "aws_ecs_task_definition" "on_ec2" {
  family                   = "on-ec2"
  requires_compatibilities = ["EC2"]
  network_mode             = "bridge"
  ipc_mode                 = "host"
  skip_destroy             = false

  volume {
    name      = "docker"
    host_path = "/var/run/docker.sock"
  }

  volume {
    name = "data"

    docker_volume_configuration {
      scope         = "shared"
      autoprovision = true
      driver        = "local"
      driver_opts   = { type = "tmpfs" }
      labels        = { team = "shop" }
    }
  }

  volume {
    name = "scratch"

    docker_volume_configuration {
      scope = "task"
    }
  }

  volume {
    name = "share"

    fsx_windows_file_server_volume_configuration {
      file_system_id = "fs-0123456789abcdef1"
      root_directory = "share\\data"

      authorization_config {
        credentials_parameter = "arn:aws:ssm:${local.region}:${local.account}:parameter/join"
        domain                = "example.com"
      }
    }
  }

  volume {
    name                = "ebs"
    configure_at_launch = true
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.availability-zone in [${local.region}a, ${local.region}b]"
  }

  container_definitions = jsonencode([
    {
      name                  = "agent"
      image                 = "agent:1"
      memoryReservation     = 128
      cpu                   = 10
      privileged            = true
      hostname              = "agent"
      dnsServers            = ["10.0.0.2"]
      dnsSearchDomains      = ["shop.internal"]
      extraHosts            = [{ hostname = "db", ipAddress = "10.0.0.5" }]
      links                 = ["store:kv"]
      dockerSecurityOptions = ["no-new-privileges"]
      disableNetworking     = false
      portMappings          = [{ containerPort = 9000, hostPort = 0, protocol = "udp" }]
      mountPoints           = [{ sourceVolume = "docker", containerPath = "/var/run/docker.sock", readOnly = false }]
      linuxParameters = {
        capabilities     = { add = ["SYS_PTRACE"], drop = [] }
        sharedMemorySize = 128
        maxSwap          = 256
        swappiness       = 30
        tmpfs            = [{ containerPath = "/tmp", size = 64, mountOptions = ["noexec"] }]
        devices          = [{ hostPath = "/dev/fuse", containerPath = "/dev/fuse", permissions = ["read"] }]
      }
      firelensConfiguration = { type = "fluentbit" }
      resourceRequirements  = [{ type = "GPU", value = "1" }]
    },
    {
      name        = "store"
      image       = "store"
      memory      = 256
      mountPoints = [for name in ["data", "scratch", "share", "ebs"] : { sourceVolume = name, containerPath = "/mnt/${name}" }]
      logConfiguration = {
        logDriver = "awsfirelens"
        options   = { Name = "stdout" }
      }
    },
  ])
}

output "shop_arn" {
  value = aws_ecs_task_definition.shop.arn
}
