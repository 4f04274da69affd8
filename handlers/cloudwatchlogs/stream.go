package cloudwatchlogs

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/logs"
)

func streamOf(ctx context.Context, group, name string) logs.StreamName {
	return logs.StreamName{Scope: scopeOf(ctx), Group: group, Name: name}
}

// CreateLogStream makes a stream.
func (a *API) CreateLogStream(ctx context.Context, in *cloudwatchlogs.CreateLogStreamInput) (*cloudwatchlogs.CreateLogStreamOutput, error) {
	return &cloudwatchlogs.CreateLogStreamOutput{}, a.store.CreateStream(streamOf(ctx, *in.LogGroupName, *in.LogStreamName))
}

// DeleteLogStream removes a stream with its events.
func (a *API) DeleteLogStream(ctx context.Context, in *cloudwatchlogs.DeleteLogStreamInput) (*cloudwatchlogs.DeleteLogStreamOutput, error) {
	return &cloudwatchlogs.DeleteLogStreamOutput{}, a.store.DeleteStream(streamOf(ctx, *in.LogGroupName, *in.LogStreamName))
}

// DescribeLogStreams lists streams by name or by time.
func (a *API) DescribeLogStreams(ctx context.Context, in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	group, err := named(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	byTime := in.OrderBy == types.OrderByLastEventTime
	if byTime && in.LogStreamNamePrefix != nil { // Source: field reports
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	after, err := fromToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	streams, err := a.store.Streams(scopeOf(ctx), group, aws.ToString(in.LogStreamNamePrefix), "", 0)
	if err != nil {
		return nil, err
	}
	order(streams, byTime, aws.ToBool(in.Descending))
	if after != "" {
		streams = behind(streams, after, byTime, aws.ToBool(in.Descending))
	}
	out := &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: []types.LogStream{}}
	for _, s := range streams {
		if n := len(out.LogStreams); n == limit(in.Limit, 50) {
			out.NextToken = toToken(streams[n-1].Name)
			break
		}
		out.LogStreams = append(out.LogStreams, describeStream(streamOf(ctx, group, s.Name), s))
	}
	return out, nil
}

// order sorts streams, which are in order of their names. One without events is the oldest.
func order(streams []logs.Stream, byTime, descending bool) {
	if byTime {
		slices.SortStableFunc(streams, func(a, b logs.Stream) int { return cmp.Compare(a.Last, b.Last) })
	}
	if descending {
		slices.Reverse(streams)
	}
}

// behind returns the streams after the one of a name, which may be gone: in order of names, those
// that would follow it. In order of time nobody knows where it was, so all come again.
func behind(streams []logs.Stream, name string, byTime, descending bool) []logs.Stream {
	for i, s := range streams {
		if s.Name == name {
			return streams[i+1:]
		}
		if !byTime && (s.Name > name) != descending {
			return streams[i:]
		}
	}
	if byTime {
		return streams
	}
	return nil
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
