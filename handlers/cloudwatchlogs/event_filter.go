package cloudwatchlogs

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// FilterLogEvents answers the events of several streams in order of their times, always
// interleaved, and never says which streams it has searched. Source: API reference; recorded
// answers (LOGS0005).
func (a *API) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	scope, group, err := readable(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != nil { // the text is the emulator's
		return nil, invalid("logStreamNames and logStreamNamePrefix cannot both be specified.")
	}
	q := logs.Query{
		Streams: in.LogStreamNames, Prefix: aws.ToString(in.LogStreamNamePrefix), From: in.StartTime, To: in.EndTime,
		Backward: in.StartFromHead != nil && !*in.StartFromHead, Limit: limit(in.Limit, maxEvents), Bytes: maxPageBytes,
	}
	if q.Match, err = matcher(aws.ToString(in.FilterPattern)); err != nil {
		return nil, err
	}
	if in.NextToken != nil {
		text, err := fromToken(in.NextToken)
		direction, k, ok := parseEventToken(text)
		if err != nil || !ok {
			return nil, badToken()
		}
		q.Start, q.Backward = &k, direction == backward
	}
	page, err := a.store.Search(ctx, scope, group, q)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.FilterLogEventsOutput{
		Events: make([]types.FilteredLogEvent, len(page.Events)), SearchedLogStreams: []types.SearchedLogStream{},
	}
	for i := range page.Events {
		e := &page.Events[i]
		out.Events[i] = types.FilteredLogEvent{
			LogStreamName: &e.Stream, Timestamp: &e.Timestamp, Message: &e.Message, IngestionTime: &e.Ingested, EventId: aws.String(e.Key.String()),
		}
	}
	if page.Next != nil {
		direction := forward
		if q.Backward {
			direction = backward
		}
		out.NextToken = toToken(*eventToken(direction, *page.Next))
	}
	return out, nil
}

// matcher compiles a pattern; nil matches all.
func matcher(text string) (func(string) bool, error) {
	if text == "" {
		return nil, nil
	}
	p, err := parsePattern(text, "Invalid filter pattern") // LOGS0006
	if err != nil {
		return nil, err
	}
	return p.Match, nil
}

// parsePattern reads a pattern; malformed is what an operation says of a text that is none as a whole.
func parsePattern(text, malformed string) (pattern.Pattern, error) {
	p, err := pattern.Parse(text)
	var explained *pattern.Error
	switch {
	case err == nil:
		return p, nil
	case errors.As(err, &explained) && explained.Text != "":
		return nil, invalid("%s", explained.Text)
	}
	return nil, invalid("%s", malformed)
}
