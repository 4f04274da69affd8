package cloudwatchlogs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// Limits of a batch. Source: API reference of PutLogEvents.
const (
	maxBatch = 1 << 20
	overhead = 26 // is added to the bytes of each message
	maxSpan  = 24 * 60 * 60 * 1000
	maxAge   = 14 * maxSpan
	maxAhead = 2 * 60 * 60 * 1000
)

// PutLogEvents looks at no sequence token, and keeps a batch that comes twice twice. Source:
// recorded answers (LOGS0003).
func (a *API) PutLogEvents(ctx context.Context, in *cloudwatchlogs.PutLogEventsInput) (*cloudwatchlogs.PutLogEventsOutput, error) {
	n := streamOf(ctx, *in.LogGroupName, *in.LogStreamName)
	if _, err := a.store.Stream(n); err != nil {
		return nil, err
	}
	g, err := a.store.Group(n.Scope, n.Group)
	if err != nil {
		return nil, err
	}
	if err := checkSize(in.LogEvents); err != nil {
		return nil, err
	}
	first, end, rejected := a.accept(in.LogEvents, g.Retention)
	if err := checkOrder(in.LogEvents, first, end); err != nil {
		return nil, err
	}
	lines := make([]logs.Line, 0, len(in.LogEvents))
	for _, e := range in.LogEvents[first:max(first, end)] {
		lines = append(lines, logs.Line{At: time.UnixMilli(*e.Timestamp), Message: *e.Message})
	}
	if err := a.store.Put(ctx, n, "", lines, logs.Position{}); err != nil {
		return nil, err
	}
	return &cloudwatchlogs.PutLogEventsOutput{NextSequenceToken: sequenceToken(), RejectedLogEventsInfo: rejected}, nil
}

// checkSize bounds the bytes of a batch. Source: recorded answers, for one event that is too
// large (LOGS0003); the text for several comes from field reports.
func checkSize(events []types.InputLogEvent) error {
	size := 0
	for _, e := range events {
		one := len(*e.Message) + overhead
		if one > maxBatch {
			return invalid("Log event too large: %d bytes exceeds limit of %d", one, maxBatch)
		}
		size += one
	}
	if size > maxBatch {
		return invalid("Upload too large: %d bytes exceeds limit of %d", size, maxBatch)
	}
	return nil
}

// checkOrder asks that events are in order of their times, and those that are accepted within
// a day. Source: recorded answers (LOGS0003).
func checkOrder(events []types.InputLogEvent, first, end int) error {
	for i := 1; i < len(events); i++ {
		if *events[i].Timestamp < *events[i-1].Timestamp {
			return invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	if first < end && *events[end-1].Timestamp-*events[first].Timestamp > maxSpan {
		return invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// accept returns which events are kept, and what the others are rejected for: ends are behind
// the last such event, a start is the first one. Source: recorded answers (LOGS0003).
func (a *API) accept(events []types.InputLogEvent, retention int32) (first, end int, rejected *types.RejectedLogEventsInfo) {
	now := a.now().UnixMilli()
	var info types.RejectedLogEventsInfo
	before := func(oldest int64) (n int) {
		for n < len(events) && *events[n].Timestamp < oldest {
			n++
		}
		return n
	}
	if n := before(now - maxAge); n > 0 {
		info.TooOldLogEventEndIndex, first = aws.Int32(int32(n)), n
	}
	if n := before(now - int64(retention)*maxSpan); retention > 0 && n > first {
		info.ExpiredLogEventEndIndex, first = aws.Int32(int32(n)), n
	}
	end = before(now + maxAhead + 1)
	if end < len(events) {
		info.TooNewLogEventStartIndex = aws.Int32(int32(end))
	}
	if info == (types.RejectedLogEventsInfo{}) {
		return first, end, nil
	}
	return first, end, &info
}
