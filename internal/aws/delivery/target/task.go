package target

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

var runTask = apiclient.ECS("RunTask")

// ecsTitle is what AWS's SDK calls the service in errors. Source: recorded answers.
const ecsTitle = "AmazonECS"

// runTask starts the tasks of an ECS target. The id of the delivery is the client token.
func (t *Targets) runTask(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	if d.ECS == nil {
		return final(codeInvalid, "the target has no EcsParameters")
	}
	in := runTaskInput(d)
	if typed, err := targetinput.Override(body); err == nil && d.FromSchedule {
		body = typed
	}
	var err error
	if in.Overrides, err = overrides(body); err != nil {
		return final(codeInvalid, err.Error())
	}
	return t.startTasks(ctx, as, in)
}

// startTasks calls RunTask. What AWS does if it starts no task for lack of room is not known: here it is asked again, as
// the room may come. That a call which starts some of the tasks is enough is a choice, too.
func (t *Targets) startTasks(ctx context.Context, as apiclient.Principal, in any) delivery.Outcome {
	var out ecs.RunTaskOutput
	err := t.Client.Do(ctx, as, runTask, in, &out)
	var refused *apiclient.Error
	switch {
	case errors.As(err, &refused) && refused.Code == "ConflictException":
		return sent // by an attempt before, whose answer was lost, with another number of the attempt in its input
	case err != nil && !errors.Is(err, apiclient.ErrUnreadable):
		return failed(err, ecsTitle)
	case len(out.Tasks) > 0 || len(out.Failures) == 0:
		return sent
	}
	reasons := []string{}
	for _, f := range out.Failures {
		if text := aws.ToString(f.Reason); text == "MISSING" { // tasks of an attempt before, which are forgotten already
			return sent
		} else if !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	return retry(codeLimit, "RunTask has started no task: "+strings.Join(reasons, ", "))
}

// overrides reads an input. One that is JSON and no override changes nothing, of a rule (EVB0021.4) or of a schedule from
// before these were refused.
func overrides(body string) (*ecstypes.TaskOverride, error) {
	if !strings.HasPrefix(strings.TrimSpace(body), "{") {
		return nil, nil
	}
	var o ecstypes.TaskOverride
	if err := wire.Unmarshal([]byte(body), &o); err != nil {
		return nil, fmt.Errorf("the input is no override: %w", err)
	}
	var none ecstypes.TaskOverride
	if string(wire.Marshal(&o)) == string(wire.Marshal(&none)) {
		return nil, nil
	}
	return &o, nil
}

// longestStartedBy is to what a schedule's name is cut in startedBy, with what stands before; that of a rule is not
// (EVB0021.1, EVS0010).
const longestStartedBy = 36

// startedBy of the tasks of a delivery.
func startedBy(d *delivery.Delivery) string {
	if !d.FromSchedule {
		return "events-rule/" + d.Name
	}
	by := "chronos-schedule/" + d.Name
	return by[:min(len(by), longestStartedBy)]
}

// runTaskInput is what RunTask gets, but for overrides.
func runTaskInput(d *delivery.Delivery) *ecs.RunTaskInput {
	p := d.ECS
	in := &ecs.RunTaskInput{
		Cluster: &d.TargetARN, TaskDefinition: taskDefinition(p.TaskDefinitionArn), Count: p.TaskCount, ClientToken: &d.ID,
		StartedBy: new(startedBy(d)), Group: p.Group, LaunchType: ecstypes.LaunchType(p.LaunchType), PlatformVersion: p.PlatformVersion,
		EnableECSManagedTags: p.EnableECSManagedTags, EnableExecuteCommand: p.EnableExecuteCommand,
		PropagateTags: ecstypes.PropagateTags(p.PropagateTags), ReferenceId: p.ReferenceId,
	}
	for _, i := range p.CapacityProviderStrategy {
		in.CapacityProviderStrategy = append(in.CapacityProviderStrategy, ecstypes.CapacityProviderStrategyItem{CapacityProvider: i.CapacityProvider, Base: i.Base, Weight: i.Weight})
	}
	for _, c := range p.PlacementConstraints {
		in.PlacementConstraints = append(in.PlacementConstraints, ecstypes.PlacementConstraint{Expression: c.Expression, Type: ecstypes.PlacementConstraintType(c.Type)})
	}
	for _, s := range p.PlacementStrategy {
		in.PlacementStrategy = append(in.PlacementStrategy, ecstypes.PlacementStrategy{Field: s.Field, Type: ecstypes.PlacementStrategyType(s.Type)})
	}
	for _, tag := range p.Tags {
		in.Tags = append(in.Tags, ecstypes.Tag{Key: tag.Key, Value: tag.Value})
	}
	in.NetworkConfiguration = networkConfiguration(p.NetworkConfiguration)
	return in
}

func networkConfiguration(n *types.NetworkConfiguration) *ecstypes.NetworkConfiguration {
	if n == nil || n.AwsvpcConfiguration == nil {
		return nil
	}
	vpc := n.AwsvpcConfiguration
	return &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{
		Subnets: vpc.Subnets, SecurityGroups: vpc.SecurityGroups, AssignPublicIp: ecstypes.AssignPublicIp(vpc.AssignPublicIp),
	}}
}

// taskDefinition names one by its ARN, or by its family if the ARN has no revision: RunTask then takes the newest.
// Source: EventBridge API reference, EcsParameters.
func taskDefinition(definition *string) *string {
	if definition == nil {
		return nil
	}
	name := (*definition)[strings.LastIndexByte(*definition, '/')+1:]
	if strings.Contains(name, ":") {
		return definition
	}
	return &name
}
