package timetable

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	rules "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// scheduledEvent is what a rule tells its bus when it is due. Source: recorded answers of AWS.
func scheduledEvent(r *eventbridge.Rule, due time.Time) string {
	return string(eventbridge.Event{
		ID: arn.NewUUID(), DetailType: "Scheduled Event", Source: "aws.events", Resource: r.ARN(), At: due, Detail: struct{}{},
	}.Marshal())
}

// deliveryOf is the call of a schedule's target at a due time.
func deliveryOf(s *eventbridgescheduler.Schedule, due, now time.Time) *delivery.Delivery {
	t := &s.Target
	d := &delivery.Delivery{
		ID: arn.NewUUID(), Scope: s.Scope, Source: s.ARN(), Name: s.Name, FromSchedule: true, Resource: s.ARN(),
		TargetARN: aws.ToString(t.Arn), RoleARN: aws.ToString(t.RoleArn), ECS: parametersOf(t.EcsParameters),
		MaxAttempts: delivery.DefaultAttempts, MaxAge: delivery.DefaultAge, MadeAt: now, DueAt: due, NextAt: now,
	}
	if t.Input == nil {
		d.Body = notification(s, d.ID, due)
	} else {
		d.Body = targetinput.Schedule(*t.Input, targetinput.Run{ScheduleARN: s.ARN(), Due: due, ID: d.ID})
	}
	if p := t.SqsParameters; p != nil {
		d.MessageGroupID = aws.ToString(p.MessageGroupId)
	}
	if p := t.EventBridgeParameters; p != nil {
		d.DetailType, d.EventSource = aws.ToString(p.DetailType), aws.ToString(p.Source)
	}
	if q := t.DeadLetterConfig; q != nil {
		d.DeadLetterARN = aws.ToString(q.Arn)
	}
	if p := t.RetryPolicy; p != nil {
		if p.MaximumRetryAttempts != nil {
			d.MaxAttempts = int(*p.MaximumRetryAttempts)
		}
		if p.MaximumEventAgeInSeconds != nil {
			d.MaxAge = time.Duration(*p.MaximumEventAgeInSeconds) * time.Second
		}
	}
	return d
}

// notification is what a target gets without an input: an event whose detail is a text (EVS0007).
func notification(s *eventbridgescheduler.Schedule, id string, due time.Time) string {
	return string(eventbridge.Event{
		ID: id, DetailType: "Scheduled Event", Source: "aws.scheduler", Resource: s.ARN(), At: due, Detail: "{}",
	}.Marshal())
}

// parametersOf are the parameters of a schedule's ECS target as those of rules have them.
func parametersOf(p *types.EcsParameters) *rules.EcsParameters {
	if p == nil {
		return nil
	}
	made := &rules.EcsParameters{
		TaskDefinitionArn: p.TaskDefinitionArn, EnableECSManagedTags: aws.ToBool(p.EnableECSManagedTags), EnableExecuteCommand: aws.ToBool(p.EnableExecuteCommand),
		Group: p.Group, LaunchType: rules.LaunchType(p.LaunchType), PlatformVersion: p.PlatformVersion, PropagateTags: rules.PropagateTags(p.PropagateTags),
		ReferenceId: p.ReferenceId, TaskCount: p.TaskCount,
	}
	for _, each := range p.CapacityProviderStrategy {
		made.CapacityProviderStrategy = append(made.CapacityProviderStrategy, rules.CapacityProviderStrategyItem(each))
	}
	if n := p.NetworkConfiguration; n != nil && n.AwsvpcConfiguration != nil {
		made.NetworkConfiguration = &rules.NetworkConfiguration{AwsvpcConfiguration: &rules.AwsVpcConfiguration{
			Subnets: n.AwsvpcConfiguration.Subnets, SecurityGroups: n.AwsvpcConfiguration.SecurityGroups,
			AssignPublicIp: rules.AssignPublicIp(n.AwsvpcConfiguration.AssignPublicIp),
		}}
	}
	for _, each := range p.PlacementConstraints {
		made.PlacementConstraints = append(made.PlacementConstraints, rules.PlacementConstraint{Expression: each.Expression, Type: rules.PlacementConstraintType(each.Type)})
	}
	for _, each := range p.PlacementStrategy {
		made.PlacementStrategy = append(made.PlacementStrategy, rules.PlacementStrategy{Field: each.Field, Type: rules.PlacementStrategyType(each.Type)})
	}
	for _, each := range p.Tags {
		made.Tags = append(made.Tags, tagOf(each))
	}
	return made
}

// tagOf is a tag, which a schedule has as a map of its key and its value.
func tagOf(given map[string]string) (t rules.Tag) {
	for name, text := range given {
		switch strings.ToLower(name) {
		case "key":
			t.Key = aws.String(text)
		case "value":
			t.Value = aws.String(text)
		}
	}
	return t
}
