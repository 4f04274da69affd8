package task

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Limits of RunTask and StartTask. Source: ECS API reference, RunTask.
const (
	maxGroup     = 255
	maxStartedBy = 128
)

// newTasks is what a call has made.
type newTasks struct {
	tasks    []*state.Task
	failures []types.Failure
}

func (n *newTasks) add(tx *store.Tx, t *state.Task) {
	state.AddTask(tx, t)
	n.tasks = append(n.tasks, t)
}

// byProvider counts the tasks by capacity provider.
func (n *newTasks) byProvider() map[string]int {
	count := map[string]int{}
	for _, t := range n.tasks {
		count[t.Placement.CapacityProvider]++
	}
	return count
}

// failOn adds a failure for each instance that was examined.
func (n *newTasks) failOn(misses []placement.Miss) {
	for _, miss := range misses {
		n.fail(miss.Instance.ARN, miss.Reason)
	}
}

func (n *newTasks) fail(arn, reason string) {
	n.failures = append(n.failures, types.Failure{Arn: &arn, Reason: &reason})
}

// checkTaskRequest is what the request alone tells of tasks that RunTask or StartTask
// shall make. Groups of services are theirs alone, and the words for a long startedBy are ECS's
// (source: field reports); those for a long group and for control characters are not published. What
// ECS does with control characters is not either: it documents letters, digits and three others for
// startedBy, and its own services set other ones.
func checkTaskRequest(ctx context.Context, in *sdk.RunTaskInput) error {
	for _, text := range []struct {
		member, value string
		most          int
	}{{"group", aws.ToString(in.Group), maxGroup}, {"startedBy", aws.ToString(in.StartedBy), maxStartedBy}} {
		switch {
		case len(text.value) > text.most:
			return kit.InvalidParameter(fmt.Sprintf("%s longer than %d.", text.member, text.most))
		case strings.ContainsFunc(text.value, unicode.IsControl):
			return kit.InvalidParameter(text.member + " contains invalid characters.")
		}
	}
	switch {
	case strings.HasPrefix(aws.ToString(in.Group), "service:"), managed.OfDaemon(aws.ToString(in.Group)): // of daemons by analogy
		return kit.InvalidParameter("Invalid namespace for group")
	case in.PropagateTags != "" && in.PropagateTags != types.PropagateTagsTaskDefinition && in.PropagateTags != types.PropagateTagsNone:
		return launch.ErrTagsOfService
	}
	if err := launch.CheckTaskVolumeTags(in.VolumeConfigurations); err != nil {
		return err
	}
	return kit.CheckTags(ctx, in.Tags)
}

// taskCall is a call of RunTask, or one of StartTask in its words, and what it refers to.
type taskCall struct {
	scope      arn.Scope
	cluster    *state.Cluster
	definition *taskdefinition.TaskDefinition
	in         *sdk.RunTaskInput
	now        time.Time
}

// findTaskCall looks at the task definition before the cluster (ECS0060) and what comes
// then (ECS0062).
func findTaskCall(tx *store.Tx, scope arn.Scope, in *sdk.RunTaskInput, now time.Time) (taskCall, error) {
	found, err := kit.FindTaskDefinition(tx, scope, aws.ToString(in.TaskDefinition))
	if err != nil {
		return taskCall{}, err
	}
	if err := kit.CheckActive(found, kit.InvalidParameter); err != nil {
		return taskCall{}, err
	}
	cluster, err := kit.ActiveCluster(tx, scope, in.Cluster)
	return taskCall{scope, cluster, found, in, now}, err
}

// taskTemplate validates what needs the store. more comes after ECS's own refusals of the
// request, and before the emulator's, of which refused are members.
func (a *API) taskTemplate(tx *store.Tx, call taskCall, l launch.Spec, refused []string, more func() error) (*task.Template, launch.Awsvpc, error) {
	in, def, launchType := call.in, call.definition.Definition(), l.Capacity.LaunchType
	if err := launch.Check(def, l); err != nil {
		return nil, launch.Awsvpc{}, err
	}
	if err := launch.CheckPlatform(def, l.PlatformVersion); err != nil {
		return nil, launch.Awsvpc{}, err
	}
	resolved, err := taskdef.ApplyOverrides(def, in.Overrides, launchType)
	if err != nil {
		return nil, launch.Awsvpc{}, err
	}
	if in.EnableExecuteCommand && resolved.TaskRoleArn == "" {
		return nil, launch.Awsvpc{}, kit.InvalidParameter("The task couldn't be run because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	if err := more(); err != nil {
		return nil, launch.Awsvpc{}, err
	}
	for _, found := range taskdef.UnsupportedOverride(in.Overrides) {
		refused = append(refused, found.String())
	}
	if err := a.launches.CheckSupported(refused, def, launchType); err != nil {
		return nil, launch.Awsvpc{}, err
	}
	if err := a.CheckRoles(tx, call.scope, resolved.TaskRoleArn, resolved.ExecutionRoleArn); err != nil {
		return nil, launch.Awsvpc{}, err
	}
	vpc, err := a.launches.Network(tx, call.scope, vpcConfiguration(l.Network))
	if err != nil {
		return nil, launch.Awsvpc{}, err
	}
	return task.NewTemplate(task.Request{
		Cluster: call.cluster, Definition: def, Resolved: resolved, LaunchType: launchType, PlatformVersion: l.PlatformVersion,
		SecurityGroups: vpc.SecurityGroups, AssignPublicIP: vpc.AssignPublicIP,
		Volume: task.NewVolume(l.Volumes, task.TagSources{
			Definition: call.definition.Tags, Managed: in.EnableECSManagedTags, Cluster: call.cluster.Name,
		}),
		Group: aws.ToString(in.Group), StartedBy: aws.ToString(in.StartedBy), EnableExecuteCommand: in.EnableExecuteCommand,
		Tags: newTaskTags(in, call.cluster, call.definition), Now: call.now,
	}), vpc, nil
}

// vpcConfiguration is nil for tasks without a network interface of their own.
func vpcConfiguration(network *types.NetworkConfiguration) *types.AwsVpcConfiguration {
	if network == nil {
		return nil
	}
	return network.AwsvpcConfiguration
}

func newTaskTags(in *sdk.RunTaskInput, cluster *state.Cluster, def *taskdefinition.TaskDefinition) []types.Tag {
	var handedDown []types.Tag
	if in.PropagateTags == types.PropagateTagsTaskDefinition {
		handedDown = def.Tags
	}
	return task.Tags(handedDown, in.Tags, in.EnableECSManagedTags, cluster.Name, "")
}
