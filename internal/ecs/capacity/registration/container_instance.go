// Package registration has what an EC2 instance registers with ECS as a container instance.
package registration

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// reservedPorts are the reserved ports of ssh, the engine and the agent.
// Source: ECS API reference, ContainerInstance, and the ECS agent.
var reservedPorts = []uint16{22, 2375, 2376, 51678, 51679}

// ContainerInstance is what the agent of an instance registers in a cluster, with what ECS adds. The
// image is nil if it is not an ECS-optimized one.
func ContainerInstance(i *ec2.Instance, cluster *state.Cluster, t *ec2.InstanceType, image *ec2.Image, now time.Time) *state.ContainerInstance {
	c := &state.ContainerInstance{
		ARN: arn.ScopeOf(cluster.ARN).ContainerInstance(cluster.Name, arn.NewID()), EC2InstanceID: i.ID, LaunchType: ecstypes.LaunchTypeEc2,
		Status: state.InstanceActive, AgentConnected: true,
		Version: ecstypes.VersionInfo{
			AgentVersion: aws.String(ec2.AgentVersion), AgentHash: aws.String(ec2.AgentHash),
			DockerVersion: aws.String("DockerVersion: " + ec2.DockerVersion),
		},
		Registered: state.Resources{
			CPU: t.CPU(), Memory: t.Registered, Ports: reservedPorts, GPUs: gpus(i, t), ENIs: t.ENIs - 1,
		},
		Zone: i.Zone, Subnet: i.Subnet, VPC: i.VPC, RegisteredAt: now, PullBehavior: i.Agent.PullBehavior,
		Host: i.Host,
	}
	c.Attributes = attributes(i, t, image)
	return c
}

// Tags are those that the agent is told, and before them those of the EC2 instance
// if it propagates them, but for AWS's own. Source: ECS developer guide, tagging container
// instances, and the ECS agent.
func Tags(i *ec2.Instance, ofEC2 map[string]string) []ecstypes.Tag {
	if !i.Agent.PropagatesTags {
		return i.Agent.Tags
	}
	all := maps.Clone(ofEC2)
	maps.DeleteFunc(all, func(key, _ string) bool { return strings.HasPrefix(strings.ToLower(key), "aws:") })
	for _, tag := range i.Agent.Tags {
		delete(all, *tag.Key)
	}
	var tags []ecstypes.Tag
	for _, key := range slices.Sorted(maps.Keys(all)) {
		tags = append(tags, ecstypes.Tag{Key: &key, Value: aws.String(all[key])})
	}
	return append(tags, i.Agent.Tags...)
}

// gpus are ids in NVIDIA's spelling, the same each time.
func gpus(i *ec2.Instance, t *ec2.InstanceType) (ids []string) {
	for n := range t.GPUs {
		h := sha256.Sum256(fmt.Appendf(nil, "%s %d", i.ID, n))
		ids = append(ids, fmt.Sprintf("GPU-%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16]))
	}
	slices.Sort(ids)
	return ids
}

// attributes are those that the service puts, those of the agent and those of who
// configured it, by name. Source: ECS developer guide, container instance attributes.
func attributes(i *ec2.Instance, t *ec2.InstanceType, image *ec2.Image) []ecstypes.Attribute {
	all := map[string]string{
		"ecs.ami-id": i.ImageID, "ecs.availability-zone": i.Zone, "ecs.instance-type": i.Type, "ecs.os-type": "linux",
		"ecs.os-family": "LINUX", "ecs.cpu-architecture": t.Architecture, "ecs.vpc-id": i.VPC, "ecs.subnet-id": i.Subnet,
	}
	for _, name := range capabilities {
		all[name] = ""
	}
	maps.Copy(all, valuedCapabilities)
	if t.GPUs > 0 {
		all["ecs.capability.nvidia-driver-version."+nvidiaDriver] = ""
		all["ecs.capability.gpu-driver-version"] = nvidiaDriver
	}
	if image != nil && image.Bottlerocket {
		all["bottlerocket.variant"] = strings.TrimPrefix(image.Name[:strings.LastIndex(image.Name, "-v")], "bottlerocket-")
	}
	for _, name := range i.Agent.Lacks {
		delete(all, name)
	}
	for _, a := range i.Agent.Attributes {
		all[*a.Name] = aws.ToString(a.Value)
	}
	if i.Host != "" {
		all[engineroom.Attribute] = i.Host
	}
	list := make([]ecstypes.Attribute, 0, len(all))
	for name, value := range all {
		a := ecstypes.Attribute{Name: aws.String(name)}
		if value != "" {
			a.Value = aws.String(value)
		}
		list = append(list, a)
	}
	sorting.By(list, func(a, b ecstypes.Attribute) int { return strings.Compare(*a.Name, *b.Name) })
	return list
}

const nvidiaDriver = "550.163.01"

// capabilities of a current agent on an ECS-optimized image. Source: the ECS agent. That
// fsxWindowsFileServer is not of Windows alone is the emulator's own: here such a file system
// is mounted on Linux.
var capabilities = func() []string {
	var names []string
	for name := range strings.FieldsSeq(`privileged-container
		docker-remote-api.1.17 docker-remote-api.1.18 docker-remote-api.1.19 docker-remote-api.1.20 docker-remote-api.1.21
		docker-remote-api.1.22 docker-remote-api.1.23 docker-remote-api.1.24 docker-remote-api.1.25 docker-remote-api.1.28
		docker-remote-api.1.29 docker-remote-api.1.30 docker-remote-api.1.32
		logging-driver.json-file logging-driver.syslog logging-driver.journald logging-driver.gelf logging-driver.fluentd
		logging-driver.awslogs logging-driver.splunk logging-driver.none logging-driver.awsfirelens
		task-iam-role task-iam-role-network-host ecr-auth`) {
		names = append(names, "com.amazonaws.ecs.capability."+name)
	}
	for name := range strings.FieldsSeq(`private-registry-authentication.secretsmanager
		secrets.ssm.environment-variables secrets.ssm.bootstrap.log-driver secrets.asm.environment-variables
		secrets.asm.bootstrap.log-driver ecr-endpoint container-ordering full-sync env-files.s3 network.container-port-range
		container-restart-policy task-cpu-mem-limit increased-task-cpu-limit task-eni task-eni.ipv6
		task-eni-block-instance-metadata task-eni-trunking execution-role-ecr-pull container-health-check
		execution-role-awslogs docker-plugin.local docker-plugin.amazon-ecs-volume-plugin pid-ipc-namespace-sharing aws-appmesh
		firelens.fluentd firelens.fluentbit firelens.non-root-user firelens.options.config.file firelens.options.config.s3
		logging-driver.awsfirelens.log-driver-buffer-limit efs efsAuth fsxWindowsFileServer storage.s3-files execute-command service-connect-v1
		storage.ebs-task-volume-attach storage.ebsta-non-root-user fault-injection`) {
		names = append(names, "ecs.capability."+name)
	}
	return names
}()

// valuedCapabilities are those with a value. Source: the ECS agent; the values are examples.
var valuedCapabilities = map[string]string{
	"ecs.capability.cni-plugin-version":        "b99c3a5e-2024.09.0",
	"ecs.capability.branch-cni-plugin-version": "03a2ae4d-",
}
