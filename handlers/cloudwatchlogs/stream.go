package cloudwatchlogs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

func streamOf(ctx context.Context, group, name string) logs.StreamName {
	return logs.StreamName{Scope: awsapi.CallScope(ctx), Group: group, Name: name}
}

func (a *API) CreateLogStream(ctx context.Context, in *cloudwatchlogs.CreateLogStreamInput) (*cloudwatchlogs.CreateLogStreamOutput, error) {
	return &cloudwatchlogs.CreateLogStreamOutput{}, a.store.CreateStream(streamOf(ctx, *in.LogGroupName, *in.LogStreamName))
}

// DeleteLogStream removes a stream with its events.
func (a *API) DeleteLogStream(ctx context.Context, in *cloudwatchlogs.DeleteLogStreamInput) (*cloudwatchlogs.DeleteLogStreamOutput, error) {
	return &cloudwatchlogs.DeleteLogStreamOutput{}, a.store.DeleteStream(streamOf(ctx, *in.LogGroupName, *in.LogStreamName))
}

// DescribeLogStreams lists streams by name or by time.
func (a *API) DescribeLogStreams(ctx context.Context, in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	scope, group, err := readable(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	o := streamOrder{byTime: in.OrderBy == types.OrderByLastEventTime, descending: aws.ToBool(in.Descending)}
	if o.byTime && in.LogStreamNamePrefix != nil { // Source: field reports
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	streams, err := a.store.Streams(scope, group, aws.ToString(in.LogStreamNamePrefix), "", 0)
	if err != nil {
		return nil, err
	}
	sorting.By(streams, o.compare)
	if in.NextToken != nil {
		last, err := o.parse(in.NextToken)
		if err != nil {
			return nil, err
		}
		streams = slices.DeleteFunc(streams, func(s logs.Stream) bool { return o.compare(s, last) <= 0 })
	}
	out := &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: []types.LogStream{}}
	for _, s := range streams {
		if n := len(out.LogStreams); n == limit(in.Limit, 50) {
			out.NextToken = o.token(streams[n-1])
			break
		}
		out.LogStreams = append(out.LogStreams, describeStream(streamOf(ctx, group, s.Name), s))
	}
	return out, nil
}

// streamOrder is the order of a list of streams: by name, or by the time of the newest event, of which
// a stream without events has the oldest.
type streamOrder struct{ byTime, descending bool }

func (o streamOrder) compare(a, b logs.Stream) int {
	order := strings.Compare(a.Name, b.Name)
	if o.byTime {
		order = cmp.Or(cmp.Compare(a.Last, b.Last), order)
	}
	if o.descending {
		return -order
	}
	return order
}

// token has the place of a stream in the order, which counts also when the stream is gone or has
// moved by then.
func (o streamOrder) token(s logs.Stream) *string {
	if o.byTime {
		return toToken(fmt.Sprintf("%d %s", s.Last, s.Name))
	}
	return toToken(s.Name)
}

// parse returns a stream in the place that a token has.
func (o streamOrder) parse(token *string) (s logs.Stream, err error) {
	if s.Name, err = fromToken(token); err != nil || !o.byTime {
		return s, err
	}
	last, name, found := strings.Cut(s.Name, " ")
	s.Name = name
	if s.Last, err = strconv.ParseInt(last, 10, 64); err != nil || !found {
		return s, badToken()
	}
	return s, nil
}

// describeStream shows figures of events only where there has been one, and each time another
// token. Source: recorded answers (LOGS0002).
func describeStream(n logs.StreamName, s logs.Stream) types.LogStream {
	d := types.LogStream{
		//lint:ignore SA1019 CloudWatch Logs still answers the retired member, always 0
		LogStreamName: aws.String(s.Name), CreationTime: aws.Int64(s.Created.UnixMilli()), Arn: aws.String(n.ARN()), StoredBytes: aws.Int64(0),
	}
	if s.Any {
		d.FirstEventTimestamp, d.LastEventTimestamp, d.LastIngestionTime = aws.Int64(s.First), aws.Int64(s.Last), aws.Int64(s.Ingested)
		d.UploadSequenceToken = sequenceToken()
	}
	return d
}
