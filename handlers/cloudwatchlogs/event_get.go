package cloudwatchlogs

import (
	"context"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// Size of a page of events. Source: API reference of GetLogEvents. It does not say what counts
// as the size; here it is the messages.
const (
	maxEvents    = 10000
	maxPageBytes = 1 << 20
)

// GetLogEvents answers events in order of their times, whichever way it goes: backward, a
// page is that before another one.
func (a *API) GetLogEvents(ctx context.Context, in *cloudwatchlogs.GetLogEventsInput) (*cloudwatchlogs.GetLogEventsOutput, error) {
	scope, group, err := readable(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	q := logs.Query{From: in.StartTime, To: in.EndTime, Backward: !aws.ToBool(in.StartFromHead), Limit: limit(in.Limit, maxEvents), Bytes: maxPageBytes}
	if err := a.goOn(&q, in.NextToken); err != nil {
		return nil, err
	}
	page, err := a.store.Read(ctx, logs.StreamName{Scope: scope, Group: group, Name: *in.LogStreamName}, q)
	if err != nil {
		return nil, err
	}
	if q.Backward {
		slices.Reverse(page.Events)
	}
	out := &cloudwatchlogs.GetLogEventsOutput{Events: make([]types.OutputLogEvent, len(page.Events))}
	for i := range page.Events {
		e := &page.Events[i]
		out.Events[i] = types.OutputLogEvent{Timestamp: &e.Timestamp, Message: &e.Message, IngestionTime: &e.Ingested}
	}
	out.NextForwardToken, out.NextBackwardToken = tokens(page.Events, &q, page.Next)
	return out, nil
}

// goOn has a query begin where a token says, in its direction.
func (a *API) goOn(q *logs.Query, token *string) error {
	if token == nil {
		return nil
	}
	direction, k, ok := parseEventToken(*token)
	if !ok {
		return badToken()
	}
	q.Backward = direction == backward
	start := k.Next()
	if q.Backward {
		start = k.Previous()
	}
	q.Start = &start
	return nil
}

// tokens are the tokens of a page. One without events has those with which it was asked for, by
// which clients see the end; so what comes in later is on the page behind it. Where there was
// no token, a page without events stands where its events would: at its beginning, or at the
// end of what there can be.
func tokens(events []logs.Event, q *logs.Query, next *logs.Key) (ahead, behind *string) {
	if n := len(events); n > 0 {
		return eventToken(forward, events[n-1].Key), eventToken(backward, events[0].Key)
	}
	var at logs.Key
	switch {
	case next != nil && q.Backward: // nothing so far, but there is more to look at
		at = next.Next()
	case next != nil:
		at = next.Previous()
	case q.Start != nil && q.Backward:
		at = q.Start.Next()
	case q.Start != nil:
		at = q.Start.Previous()
	case q.From != nil:
		at = logs.Key{Time: *q.From}.Previous()
	}
	if at.Time < 0 || at.Seq == math.MaxUint64 && at.Time == 0 {
		at = logs.Key{}
	}
	return eventToken(forward, at), eventToken(backward, at)
}
