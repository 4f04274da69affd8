package eventbridge

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateEventBus makes a bus (EVB0002).
func (a *API) CreateEventBus(ctx context.Context, in *sdk.CreateEventBusInput) (*sdk.CreateEventBusOutput, error) {
	if in.EventSourceName != nil {
		return nil, awsapi.NotImplemented("events", "partner event sources")
	}
	if err := checkBus(in.KmsKeyIdentifier, in.LogConfig, in.DeadLetterConfig); err != nil {
		return nil, err
	}
	if strings.Contains(*in.Name, "/") { // Source: field reports
		return nil, invalid("Event bus name must not contain '/'.")
	}
	now := a.now()
	b := &eventbridge.Bus{
		Scope: awsapi.CallScope(ctx), Name: *in.Name, Description: in.Description, DeadLetterARN: queueOf(in.DeadLetterConfig),
		Tags: tagging.With(nil, key, in.Tags...), CreatedAt: now, ModifiedAt: now,
	}
	err := a.update(func(tx *store.Tx) error {
		if eventbridge.FindBus(tx, b.Scope, b.Name) != nil {
			return &types.ResourceAlreadyExistsException{Message: awsapi.Textf("Event bus %s already exists.", b.Name)}
		}
		eventbridge.Buses.Put(tx, b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CreateEventBusOutput{EventBusArn: aws.String(b.ARN()), Description: b.Description, DeadLetterConfig: deadLetterConfig(b)}, nil
}

// checkBus refuses what buses have not here.
func checkBus(key *string, log *types.LogConfig, deadLetters *types.DeadLetterConfig) error {
	switch {
	case key != nil && *key != "":
		return awsapi.NotImplemented("events", "encryption of event buses with a KmsKeyIdentifier")
	case log != nil && log.Level != types.LevelOff && *log != (types.LogConfig{}):
		return awsapi.NotImplemented("events", "the LogConfig of event buses")
	}
	return checkDeadLetters(deadLetters)
}

// checkDeadLetters refuses what takes no dead letters (EVB0025.7). For a change of a bus, the words are those for a new one.
func checkDeadLetters(c *types.DeadLetterConfig) error {
	queue := queueOf(c)
	if err := checkARN(queue); err != nil || queue == nil {
		return err
	}
	switch service := strings.Split(*queue, ":")[2]; {
	case service != "sqs":
		return invalid("%s is not supported as a dead letter resource.", service)
	case strings.HasSuffix(*queue, ".fifo"):
		return invalid("SQS FIFO is not supported by Dead Letter Queues")
	}
	return nil
}

func queueOf(c *types.DeadLetterConfig) *string {
	if c == nil {
		return nil
	}
	return c.Arn
}

func deadLetterConfig(b *eventbridge.Bus) *types.DeadLetterConfig {
	if b.DeadLetterARN == nil {
		return nil
	}
	return &types.DeadLetterConfig{Arn: b.DeadLetterARN}
}

// DescribeEventBus answers a bus with its policy.
func (a *API) DescribeEventBus(ctx context.Context, in *sdk.DescribeEventBusInput) (*sdk.DescribeEventBusOutput, error) {
	b, err := bus(ctx, a.read(), in.Name)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeEventBusOutput{
		Name: &b.Name, Arn: aws.String(b.ARN()), Description: b.Description, Policy: awsapi.Optional(b.Policy), DeadLetterConfig: deadLetterConfig(b),
		CreationTime: awsapi.OptionalTime(b.CreatedAt), LastModifiedTime: awsapi.OptionalTime(b.ModifiedAt),
	}, nil
}

// ListEventBuses answers buses in order of their names, the default one among them.
func (a *API) ListEventBuses(ctx context.Context, in *sdk.ListEventBusesInput) (*sdk.ListEventBusesOutput, error) {
	scope, prefix := awsapi.CallScope(ctx), aws.ToString(in.NamePrefix)
	all := []*eventbridge.Bus{eventbridge.FindBus(a.read(), scope, eventbridge.DefaultBus)}
	for _, b := range eventbridge.Buses.List(a.read(), scope) {
		if b.Name != eventbridge.DefaultBus {
			all = append(all, b)
		}
	}
	all = those(all, func(b *eventbridge.Bus) bool { return strings.HasPrefix(b.Name, prefix) })
	part, next, err := cut(all, func(b *eventbridge.Bus) string { return b.Name }, in.NextToken, in.Limit, "buses", prefix)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListEventBusesOutput{EventBuses: []types.EventBus{}, NextToken: next}
	for _, b := range part {
		out.EventBuses = append(out.EventBuses, types.EventBus{
			Name: &b.Name, Arn: aws.String(b.ARN()), Description: b.Description, Policy: awsapi.Optional(b.Policy),
			CreationTime: awsapi.OptionalTime(b.CreatedAt), LastModifiedTime: awsapi.OptionalTime(b.ModifiedAt),
		})
	}
	return out, nil
}

// UpdateEventBus changes what the request has; an empty description is none, as clients send it to remove one.
// Source: HashiCorp's provider.
func (a *API) UpdateEventBus(ctx context.Context, in *sdk.UpdateEventBusInput) (*sdk.UpdateEventBusOutput, error) {
	if err := checkBus(in.KmsKeyIdentifier, in.LogConfig, in.DeadLetterConfig); err != nil {
		return nil, err
	}
	out := &sdk.UpdateEventBusOutput{}
	return out, a.changeBus(ctx, in.Name, func(b *eventbridge.Bus) error {
		if in.Description != nil {
			b.Description = awsapi.Optional(*in.Description)
		}
		if in.DeadLetterConfig != nil {
			b.DeadLetterARN = in.DeadLetterConfig.Arn
		}
		out.Name, out.Arn, out.Description, out.DeadLetterConfig = &b.Name, aws.String(b.ARN()), b.Description, deadLetterConfig(b)
		return nil
	})
}

// changeBus changes a copy of a bus and writes it.
func (a *API) changeBus(ctx context.Context, name *string, change func(b *eventbridge.Bus) error) error {
	return a.update(func(tx *store.Tx) error {
		there, err := bus(ctx, tx, name)
		if err != nil {
			return err
		}
		changed := *there
		if err := change(&changed); err != nil {
			return err
		}
		changed.ModifiedAt = a.now()
		eventbridge.Buses.Put(tx, &changed)
		return nil
	})
}

// DeleteEventBus removes a bus; one that is not there is no error (EVB0002).
func (a *API) DeleteEventBus(ctx context.Context, in *sdk.DeleteEventBusInput) (*sdk.DeleteEventBusOutput, error) {
	if *in.Name == eventbridge.DefaultBus { // Source: field reports
		return nil, invalid("Cannot delete event bus default.")
	}
	return &sdk.DeleteEventBusOutput{}, a.update(func(tx *store.Tx) error {
		b := eventbridge.FindBus(tx, awsapi.CallScope(ctx), *in.Name)
		if b == nil {
			return nil
		}
		if len(eventbridge.Rules(tx, b.Scope, b.Name, "")) > 0 {
			return invalid("EventBus can't be deleted since it has rules.")
		}
		eventbridge.Buses.Delete(tx, b)
		return nil
	})
}
