// Package task makes tasks: the row that RunTask and the service scheduler put
// into the store, and that an agent then brings to life.
package task

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// Request is all that a new task is made of. It has been validated.
type Request struct {
	Cluster    *state.Cluster
	Definition *types.TaskDefinition
	Resolved   taskdef.Resolved // the definition with the overrides applied

	LaunchType       types.LaunchType
	CapacityProvider string // empty: by launch type
	PlatformVersion  string // as asked for; empty and LATEST are the newest
	Subnet           *state.Subnet
	SecurityGroups   []string
	AssignPublicIP   bool

	Group        string // empty: family:<family>
	StartedBy    string
	ServiceARN   string
	DeploymentID string

	EnableExecuteCommand bool
	Tags                 []types.Tag
	Now                  time.Time
}

// LatestPlatformVersion is what LATEST means for Linux tasks on Fargate.
// Source: ECS developer guide, Fargate platform versions.
const LatestPlatformVersion = "1.4.0"

// defaultEphemeralStorageGiB is a Fargate task's storage when nothing is said.
const defaultEphemeralStorageGiB = 20

// New makes a task in PROVISIONING that has not been placed into the store.
func New(r Request) *state.Task {
	clusterARN := r.Cluster.ARN
	scope := arn.ScopeOf(clusterARN)
	id := arn.NewID()
	size := taskdef.Size(r.Definition, &r.Resolved)
	override := r.Resolved.Override
	spec := &state.TaskSpec{
		ClusterARN: clusterARN, Family: aws.ToString(r.Definition.Family), Revision: int(r.Definition.Revision),
		Group: r.Group, StartedBy: r.StartedBy, ServiceARN: r.ServiceARN, DeploymentID: r.DeploymentID,
		LaunchType: r.LaunchType, CapacityProviderName: r.CapacityProvider,
		PlatformVersion: PlatformVersion(r.PlatformVersion), PlatformFamily: "Linux",
		Architecture: architecture(r.Definition), CPU: size.CPUText, Memory: size.MemoryText,
		EphemeralStorageGiB: defaultEphemeralStorageGiB,
		SubnetID:            r.Subnet.ID, Zone: r.Subnet.Zone, SecurityGroups: r.SecurityGroups,
		AssignPublicIP: r.AssignPublicIP, Overrides: &override,
		EnableExecuteCommand: r.EnableExecuteCommand, AttachmentID: arn.NewUUID(), CreatedAt: r.Now,
	}
	if spec.Group == "" {
		spec.Group = "family:" + spec.Family
	}
	if r.Resolved.EphemeralStorageGiB != 0 {
		spec.EphemeralStorageGiB = r.Resolved.EphemeralStorageGiB
	}
	return &state.Task{
		ARN: scope.Task(r.Cluster.Name, id), Spec: spec, Tags: r.Tags,
		Status: state.TaskStatus{
			LastStatus: state.Provisioning,
			Attachment: state.Attachment{Status: "PRECREATED"},
			Containers: containers(scope, r.Cluster.Name, id, r.Resolved.Containers),
		},
	}
}

// PlatformVersion is the version that a task records for the one asked for.
func PlatformVersion(asked string) string {
	if asked == "" || asked == "LATEST" {
		return LatestPlatformVersion
	}
	return asked
}

func containers(scope arn.Scope, cluster, taskID string, definitions []types.ContainerDefinition) []state.Container {
	list := make([]state.Container, len(definitions))
	for i, d := range definitions {
		list[i] = state.Container{
			Name:  aws.ToString(d.Name),
			ARN:   scope.Container(cluster, taskID, arn.NewUUID()),
			Image: aws.ToString(d.Image),
		}
		if d.HealthCheck != nil {
			list[i].HealthStatus = types.HealthStatusUnknown
		}
	}
	return list
}

func architecture(def *types.TaskDefinition) string {
	if p := def.RuntimePlatform; p != nil && p.CpuArchitecture == types.CPUArchitectureArm64 {
		return "arm64"
	}
	return "x86_64"
}
