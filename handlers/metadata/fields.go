package metadata

// Field says where a member of an answer comes from, and which collectors read it.
type Field struct {
	Of, Name, Source string
	// Readers are ADOT, the OpenTelemetry collector's awsecscontainermetrics receiver and ECS
	// detector, and Datadog, its agent.
	Readers string
}

const (
	adot    = "ADOT"
	datadog = "Datadog"
	both    = adot + ", " + datadog
)

// Fields of version 4, in its order; versions 2 and 3 have a part of them.
// Source of the readers: opentelemetry-collector-contrib, internal/aws/ecsutil and
// receiver/awsecscontainermetricsreceiver; datadog-agent, pkg/util/ecs/metadata.
var Fields = []Field{
	{"task", "Cluster", "the task: its cluster's ARN on Fargate, the name on a container instance", both},
	{"task", "TaskARN", "the task", both},
	{"task", "Family", "the task", both},
	{"task", "Revision", "the task", both},
	{"task", "DesiredStatus", "the task", datadog},
	{"task", "KnownStatus", "the container that has come the least far, as the agent knows it", both},
	{"task", "Limits", "the task definition and overrides; absent without a size", both},
	{"task", "PullStartedAt", "the agent", both},
	{"task", "PullStoppedAt", "the agent", both},
	{"task", "ExecutionStoppedAt", "the agent", datadog},
	{"task", "AvailabilityZone", "where the task is placed", adot},
	{"task", "TaskTags", "the task; taskWithTags alone", datadog},
	{"task", "ContainerInstanceTags", "the container instance; taskWithTags alone", datadog},
	{"task", "LaunchType", "where the task is placed", both},
	{"task", "Containers", "those that the agent has come to; on a container instance with awsvpc the sandbox as well", both},
	{"task", "VPCID", "the container instance; absent on Fargate", datadog},
	{"task", "ServiceName", "the task's service", both},
	{"task", "Group", "the task", datadog},
	{"task", "ClockDrift", "Fargate alone", ""},
	{"task", "EphemeralStorageMetrics", "Fargate alone", both},
	{"task", "FaultInjectionEnabled", "the task definition", ""},
	{"task", "AvailabilityZoneID", "where the task is placed", ""},
	{"container", "DockerId", "Fargate: the runtimeId; else the engine", both},
	{"container", "Name", "the task definition", both},
	{"container", "DockerName", "Fargate: the name; else the engine's", both},
	{"container", "Image", "the task definition", both},
	{"container", "ImageID", "Fargate: the digest; else the engine's id", both},
	{"container", "Ports", "the task definition, in bridge mode the bindings of the machine", datadog},
	{"container", "Labels", "the task and the task definition", both},
	{"container", "DesiredStatus", "the task", datadog},
	{"container", "KnownStatus", "the agent", both},
	{"container", "ExitCode", "the engine", both},
	{"container", "Limits", "the task definition and overrides", both},
	{"container", "CreatedAt", "the agent; on Fargate when it was started, as there", both},
	{"container", "StartedAt", "the agent", both},
	{"container", "FinishedAt", "the engine", adot},
	{"container", "Type", "NORMAL, or CNI_PAUSE for the sandbox", both},
	{"container", "Health", "the engine, where there is a health check; output and exitCode are those of the last one", datadog},
	{"container", "Volumes", "the task definition, on container instances; Source is known of host paths alone", datadog},
	{"container", "LogDriver", "the task definition", both},
	{"container", "LogOptions", "the task definition; for awslogs with the whole name of the stream", both},
	{"container", "ContainerARN", "the task", both},
	{"container", "Networks", "see below", both},
	{"container", "Snapshotter", "overlayfs on Fargate, as recorded there", datadog},
	{"container", "RestartCount", "the agent, where there is a restart policy", datadog},
	{"network", "NetworkMode", "the task", both},
	{"network", "IPv4Addresses", "the network interface; in bridge mode the engine", both},
	{"network", "AttachmentIndex", "0", ""},
	{"network", "MACAddress", "the engine", ""},
	{"network", "IPv4SubnetCIDRBlock", "the subnet", ""},
	{"network", "DomainNameServers", "the VPC's resolver, on Fargate", ""},
	{"network", "DomainNameSearchList", "the region, on Fargate", ""},
	{"network", "PrivateDNSName", "the network interface, in a VPC with DNS host names", ""},
	{"network", "SubnetGatewayIpv4Address", "the subnet", ""},
	{"clock drift", "ClockErrorBound", "how far the emulator's clock is from this host's", ""},
	{"clock drift", "ReferenceTimestamp", "the emulator's clock", ""},
	{"clock drift", "ClockSynchronizationStatus", "NOT_SYNCHRONIZED from a second on", ""},
	{"ephemeral storage", "Utilized", "not measured: 0", both},
	{"ephemeral storage", "Reserved", "the task definition, and 16 MiB more, as recorded", both},
	{"stats", "read", "the engine", both},
	{"stats", "preread", "the sample before", adot},
	{"stats", "pids_stats", "the engine", ""},
	{"stats", "blkio_stats", "the engine", both},
	{"stats", "num_procs", "0, as on Linux", ""},
	{"stats", "storage_stats", "empty, as on Linux", ""},
	{"stats", "cpu_stats", "the engine", both},
	{"stats", "precpu_stats", "the sample before; zero in the first one", adot},
	{"stats", "memory_stats", "the engine", both},
	{"stats", "name", "Fargate: the container's name; else the engine's", adot},
	{"stats", "id", "Fargate: the runtimeId; else the engine's", adot},
	{"stats", "networks", "the engine; absent in host mode", both},
	{"stats", "network_rate_stats", "the two last samples; absent in the first one", adot},
}
