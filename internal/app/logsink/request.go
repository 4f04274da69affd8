package logsink

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Bounds of a request. Source: CloudWatch Logs API reference, PutLogEvents.
const (
	mostLogEvents    = 10_000
	mostLogBytes     = 1 << 20
	logEventOverhead = 26
	longestLogSpan   = 24 * time.Hour
)

// logRequests divides lines, whose times do not go back, into what one request may have.
func logRequests(lines []awslogs.Line) (all [][]types.InputLogEvent) {
	var events []types.InputLogEvent
	var first time.Time
	size := 0
	for _, line := range lines {
		more := len(line.Message) + logEventOverhead
		if len(events) == mostLogEvents || size+more > mostLogBytes || line.At.Sub(first) > longestLogSpan {
			if len(events) > 0 {
				all = append(all, events)
			}
			events, first, size = nil, line.At, 0
		}
		events, size = append(events, types.InputLogEvent{Message: aws.String(line.Message), Timestamp: aws.Int64(line.At.UnixMilli())}), size+more
	}
	if len(events) > 0 {
		all = append(all, events)
	}
	return all
}
