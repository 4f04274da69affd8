// Package sessionlog logs sessions of ECS Exec: what their terminals showed, in CloudWatch Logs and S3, as the
// cluster's configuration says at the call of ExecuteCommand.
package sessionlog

import (
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Destination is where a session is logged. The zero value is nowhere.
type Destination struct {
	// Stream is one of CloudWatch Logs; without a group it is none.
	Stream awslogs.Stream
	// Bucket and Key are an object of S3; without a bucket it is none.
	Bucket, Key string
}

func (d Destination) none() bool { return d.Stream.Group == "" && d.Bucket == "" }

// Of is where a session is to be logged. Session Manager's own sessions follow the preferences of the account,
// which are its document SSM-SessionManagerRunShell (Systems Manager user guide, logging session activity). The
// emulator has no documents: it logs none of them.
func Of(tx *store.Tx, s ssmsession.Info) Destination {
	t := state.FindTask(tx, s.TaskARN)
	if s.Document != ssmsession.ExecuteInteractiveCommand || t == nil {
		return Destination{}
	}
	var configuration *types.ExecuteCommandConfiguration
	if c := state.Clusters.Get(tx, t.Scope().Cluster(arn.ClusterName(t.ARN))); c != nil && c.Configuration != nil {
		configuration = c.Configuration.ExecuteCommandConfiguration
	}
	var container *types.ContainerDefinition
	if d := taskdefinition.Find(tx, t.Scope(), t.Spec.Family, t.Spec.Revision); d != nil {
		list := d.Definition().ContainerDefinitions
		for i := range list {
			if aws.ToString(list[i].Name) == s.Container {
				container = &list[i]
			}
		}
	}
	return choose(configuration, container, s.TaskARN, s.ID)
}

// choose decides by the configuration of the cluster, which may be nil, and by the container's definition.
// Sources: ECS API reference, ExecuteCommandConfiguration; recorded-exec.md X18; amazon-ssm-agent, shell.go
// and fileutil.go, for the key.
func choose(c *types.ExecuteCommandConfiguration, container *types.ContainerDefinition, taskARN, session string) (d Destination) {
	if c == nil {
		c = &types.ExecuteCommandConfiguration{}
	}
	switch c.Logging {
	case types.ExecuteCommandLoggingNone:
	case types.ExecuteCommandLoggingOverride:
		to := c.LogConfiguration
		if to == nil { // CreateCluster refuses that
			return d
		}
		if group := aws.ToString(to.CloudWatchLogGroupName); group != "" {
			d.Stream = awslogs.Stream{Scope: arn.ScopeOf(taskARN), Group: group, Name: session, Task: taskARN}
		}
		if bucket := aws.ToString(to.S3BucketName); bucket != "" {
			d.Bucket, d.Key = bucket, path.Join(aws.ToString(to.S3KeyPrefix), session+".log")
		}
	default: // DEFAULT, which is also that of clusters without a configuration
		if container != nil && awslogs.Uses(container) {
			d.Stream = awslogs.NewConfig(taskARN, container, "").Stream
			d.Stream.Name = session
		}
	}
	return d
}
