package usage

import (
	"context"
	"errors"
	"time"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// PerformanceLog keeps performance log events in the CloudWatch Logs of the emulator.
type PerformanceLog struct{ Store *logs.Store }

// retention of their log groups in days, until the user changes it.
// Source: CloudWatch user guide, Container Insights.
const retention = 1

// Put writes the events of a minute, into a group that it makes if need be.
func (l PerformanceLog) Put(ctx context.Context, group PerformanceGroup, events []PerformanceEvent) error {
	var exists *types.ResourceAlreadyExistsException
	err := l.Store.CreateGroup(logs.Group{Scope: group.Scope, Name: group.Name, Retention: retention})
	if err != nil && !errors.As(err, &exists) {
		return err
	}
	lines := map[string][]logs.Line{}
	for i := range events {
		said, err := events[i].Message()
		if err != nil {
			return err
		}
		stream := events[i].Stream()
		lines[stream] = append(lines[stream], logs.Line{At: time.UnixMilli(events[i].Timestamp), Message: said})
	}
	for stream, of := range lines {
		name := logs.StreamName{Scope: group.Scope, Group: group.Name, Name: stream}
		if err := l.Store.OpenStream(name, false); err != nil {
			return err
		}
		if err := l.Store.Put(ctx, name, "", of, logs.Position{}); err != nil {
			return err
		}
	}
	return nil
}
