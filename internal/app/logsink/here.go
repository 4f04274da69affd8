// Package logsink is where the output of containers and of sessions in them is written: the CloudWatch Logs
// here, or that of the upstream, and for sessions buckets of S3.
package logsink

import (
	"context"
	"errors"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Here is the CloudWatch Logs of the emulator.
type Here struct {
	Store *logs.Store
	// Allow asks whether the principal that acts for a task may do something to a stream; see
	// awsapi.Allow.
	Allow func(ctx context.Context, taskARN, action, resource string) error
}

var _ awslogs.Sink = Here{}

func (l Here) OpenStream(ctx context.Context, s awslogs.Stream, create bool) error {
	if err := cloudwatchlogs.CheckStream(s.Group, s.Name); err != nil {
		return err
	}
	if err := l.Allow(ctx, s.Task, "logs:CreateLogStream", groupARN(s)+":log-stream:"+s.Name); err != nil {
		return err
	}
	err := l.Store.OpenStream(nameOf(s), false)
	var refusal smithy.APIError
	if !create || !errors.As(err, &refusal) || refusal.ErrorCode() != "ResourceNotFoundException" {
		return err
	}
	// Only a group that is not there has to be made (ECS0214).
	if err := l.Allow(ctx, s.Task, "logs:CreateLogGroup", groupARN(s)); err != nil {
		return &smithy.OperationError{ServiceID: "CloudWatch Logs", OperationName: "CreateLogGroup", Err: err}
	}
	return l.Store.OpenStream(nameOf(s), true)
}

// groupARN is the resource of actions on a group and, with the stream behind it, on a stream.
// Source: Service Authorization Reference, CloudWatch Logs.
func groupARN(s awslogs.Stream) string {
	return "arn:" + s.Scope.Partition() + ":logs:" + s.Scope.Region + ":" + s.Scope.Account + ":log-group:" + s.Group
}

func nameOf(s awslogs.Stream) logs.StreamName {
	return logs.StreamName{Scope: s.Scope, Group: s.Group, Name: s.Name}
}

// Append appends lines of no source to a stream.
func (l Here) Append(ctx context.Context, s awslogs.Stream, lines []awslogs.Line) error {
	return l.Put(ctx, s, "", lines, awslogs.Position{})
}

func (l Here) Put(ctx context.Context, s awslogs.Stream, source string, lines []awslogs.Line, at awslogs.Position) error {
	if err := l.Allow(ctx, s.Task, "logs:PutLogEvents", groupARN(s)+":log-stream:"+s.Name); err != nil {
		return err
	}
	batch := make([]logs.Line, len(lines))
	for i, line := range lines {
		batch[i] = logs.Line(line)
	}
	return l.Store.Put(ctx, nameOf(s), source, batch, logs.Position(at))
}

func (l Here) Position(_ context.Context, s awslogs.Stream, source string) (awslogs.Position, time.Time, error) {
	at, from, err := l.Store.Position(nameOf(s), source)
	return awslogs.Position(at), from, err
}

func (l Here) Behind(s awslogs.Stream, source string, since time.Time) {
	l.Store.Behind(nameOf(s), source, since)
}

func (l Here) Forget(_ context.Context, s awslogs.Stream, source string) error {
	return l.Store.Forget(nameOf(s), source)
}

func (l Here) Retain(_ context.Context, keep func(source string) bool) error {
	return l.Store.Retain(keep)
}
