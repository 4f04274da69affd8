package cloudwatchlogs_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

const (
	day  = 24 * 60 * 60 * 1000
	hour = 60 * 60 * 1000
)

func TestStreamsAreDescribed(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b", "a"} {
		_, err := s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: &name})
		s.must(err)
	}
	_, err := s.put(event(-5, "x"), event(3, "y"))
	s.must(err)
	list := func(in sdk.DescribeLogStreamsInput) (names string, last types.LogStream) {
		t.Helper()
		in.LogGroupName = aws.String(group)
		for page := sdk.NewDescribeLogStreamsPaginator(s, &in); page.HasMorePages(); {
			out, err := page.NextPage(t.Context())
			s.must(err)
			for _, st := range out.LogStreams {
				names, last = names+" "+*st.LogStreamName, st
			}
		}
		return names, last
	}
	names, last := list(sdk.DescribeLogStreamsInput{Limit: aws.Int32(1)})
	if names != " a b "+stream || *last.FirstEventTimestamp != start.UnixMilli()-5 || *last.LastEventTimestamp != start.UnixMilli()+3 ||
		*last.LastIngestionTime != start.UnixMilli() || *last.Arn != groupARN+":log-stream:"+stream || len(*last.UploadSequenceToken) != 56 {
		t.Errorf("got %s, %+v", names, last)
	}
	names, last = list(sdk.DescribeLogStreamsInput{Limit: aws.Int32(2), OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true)})
	//lint:ignore SA1019 the retired member is still answered
	if names != " "+stream+" b a" || last.FirstEventTimestamp != nil || last.UploadSequenceToken != nil || *last.StoredBytes != 0 {
		t.Errorf("got %s, %+v", names, last)
	}
	if names, _ := list(sdk.DescribeLogStreamsInput{LogStreamNamePrefix: aws.String("web")}); names != " "+stream {
		t.Errorf("got %s", names)
	}
	_, err = s.DescribeLogStreams(t.Context(), &sdk.DescribeLogStreamsInput{LogGroupName: aws.String(group), OrderBy: types.OrderByLastEventTime, LogStreamNamePrefix: aws.String("w")})
	s.refused(err, "InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
	_, err = s.DeleteLogStream(t.Context(), &sdk.DeleteLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream)})
	s.must(err)
	_, err = s.DeleteLogStream(t.Context(), &sdk.DeleteLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream)})
	s.refused(err, "ResourceNotFoundException", "The specified log stream does not exist.")
}

// The stream at the end of a page may be gone when the next page is read, and another one may
// have moved.
func TestPagesOfStreamsThatGo(t *testing.T) {
	for in, want := range map[*sdk.DescribeLogStreamsInput]string{
		{}:                                    " c " + stream,
		{Descending: aws.Bool(true)}:          " b a",
		{OrderBy: types.OrderByLastEventTime}: " b c " + stream,
		{OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true)}: " a " + stream,
	} {
		s := newScene(t)
		write := func(name string, ms int64) {
			_, err := s.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: &name, LogEvents: []types.InputLogEvent{event(ms, "x")}})
			s.must(err)
		}
		for i, name := range []string{"a", "b", "c"} {
			_, err := s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: &name})
			s.must(err)
			write(name, int64(i))
		}
		in.LogGroupName, in.Limit = aws.String(group), aws.Int32(2)
		first, err := s.DescribeLogStreams(t.Context(), in)
		s.must(err)
		_, err = s.DeleteLogStream(t.Context(), &sdk.DeleteLogStreamInput{LogGroupName: aws.String(group), LogStreamName: first.LogStreams[1].LogStreamName})
		s.must(err)
		write(*first.LogStreams[0].LogStreamName, 1000)
		in.NextToken, in.Limit = first.NextToken, nil
		rest, err := s.DescribeLogStreams(t.Context(), in)
		s.must(err)
		names := ""
		for _, st := range rest.LogStreams {
			names += " " + *st.LogStreamName
		}
		if names != want {
			t.Errorf("got %s, not %s", names, want)
		}
	}
}

func TestEventsThatAreRejected(t *testing.T) {
	s := newScene(t)
	batch := []types.InputLogEvent{
		event(-16*day, "old"), event(-15*day, "old"), event(-2*day, "expired"), event(-36*hour, "expired"),
		event(-2*hour, "valid"), event(-hour, "valid"), event(3*hour, "new"), event(4*hour, "new"),
	}
	_, err := s.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: aws.String(group), RetentionInDays: aws.Int32(1)})
	s.must(err)
	out, err := s.put(batch...)
	s.must(err)
	if r := out.RejectedLogEventsInfo; *r.TooOldLogEventEndIndex != 2 || *r.ExpiredLogEventEndIndex != 4 || *r.TooNewLogEventStartIndex != 6 {
		t.Errorf("got %+v", r)
	}
	if !regexp.MustCompile(`^\d{56}$`).MatchString(*out.NextSequenceToken) {
		t.Errorf("got %s", *out.NextSequenceToken)
	}
	found, err := s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupIdentifier: aws.String(groupARN), LogStreamName: aws.String(stream)})
	s.must(err)
	if len(found.Events) != 2 || *found.Events[0].Message != "valid" {
		t.Errorf("got %v", found.Events)
	}
	all, err := s.put(batch[0], batch[7])
	s.must(err)
	if r := all.RejectedLogEventsInfo; *r.TooOldLogEventEndIndex != 1 || *r.TooNewLogEventStartIndex != 1 || r.ExpiredLogEventEndIndex != nil {
		t.Errorf("got %+v", r)
	}
	if none, err := s.put(event(2*hour, "at the limit")); err != nil || none.RejectedLogEventsInfo != nil {
		t.Errorf("got %+v, %v", none, err)
	}
}

func TestBatchesThatAreRefused(t *testing.T) {
	s := newScene(t)
	const failed = "1 validation error detected: Value "
	_, err := s.put([]types.InputLogEvent{}...)
	s.refused(err, "InvalidParameterException", failed+"'[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1")
	_, err = s.put(event(0, "x"), event(0, ""))
	s.refused(err, "InvalidParameterException", failed+"'' at 'logEvents.2.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1")
	_, err = s.put(event(1, "late"), event(0, "early"))
	s.refused(err, "InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.")
	_, err = s.put(event(-day, "a"), event(0, "b"))
	s.must(err)
	_, err = s.put(event(-day-1, "a"), event(0, "b"))
	s.refused(err, "InvalidParameterException", "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	_, err = s.put(event(-16*day, "old"), event(-day, "a"), event(0, "b"), event(3*hour, "new"))
	s.must(err)
	_, err = s.put(event(0, strings.Repeat("é", (1<<20-26)/2)))
	s.must(err)
	_, err = s.put(event(0, strings.Repeat("é", (1<<20-26)/2+1)))
	s.refused(err, "InvalidParameterException", "Log event too large: 1048578 bytes exceeds limit of 1048576")
	half := strings.Repeat("\x01", 1<<19)
	_, err = s.put(event(0, half), event(0, half))
	s.refused(err, "InvalidParameterException", "Upload too large: 1048628 bytes exceeds limit of 1048576")
	_, err = s.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String("none"), LogStreamName: aws.String("none"), LogEvents: []types.InputLogEvent{event(0, "a")}})
	s.refused(err, "ResourceNotFoundException", "The specified log group does not exist.")
}

// numbers puts events 0 to n-1, each at a millisecond of its own.
func (s *scene) numbers(n int) {
	s.Helper()
	var events []types.InputLogEvent
	for i := range n {
		events = append(events, event(int64(i), strconv.Itoa(i)))
	}
	_, err := s.put(events...)
	s.must(err)
}

func texts(events []types.OutputLogEvent) string {
	var all []string
	for _, e := range events {
		all = append(all, *e.Message)
	}
	return strings.Join(all, " ")
}

func (s *scene) get(in sdk.GetLogEventsInput) *sdk.GetLogEventsOutput {
	s.Helper()
	in.LogGroupName, in.LogStreamName = aws.String(group), aws.String(stream)
	out, err := s.GetLogEvents(s.Context(), &in)
	s.must(err)
	return out
}

// Pages go back and forth; the end is where a token comes back, and what is put later is
// behind it.
func TestPagesOfAStream(t *testing.T) {
	s := newScene(t)
	empty := s.get(sdk.GetLogEventsInput{})
	if empty.NextForwardToken == nil || empty.NextBackwardToken == nil {
		t.Errorf("got %+v", empty)
	}
	s.numbers(7)
	for _, in := range []sdk.GetLogEventsInput{{NextToken: empty.NextForwardToken}, {StartFromHead: aws.Bool(true)}, {StartTime: aws.Int64(start.UnixMilli()), EndTime: aws.Int64(start.UnixMilli() + 7)}} {
		if got := texts(s.get(in).Events); got != "0 1 2 3 4 5 6" {
			t.Errorf("got %s", got)
		}
	}
	last := s.get(sdk.GetLogEventsInput{Limit: aws.Int32(3)})
	before := s.get(sdk.GetLogEventsInput{Limit: aws.Int32(3), NextToken: last.NextBackwardToken})
	first := s.get(sdk.GetLogEventsInput{Limit: aws.Int32(3), NextToken: before.NextBackwardToken})
	again := s.get(sdk.GetLogEventsInput{Limit: aws.Int32(3), NextToken: first.NextForwardToken})
	for got, want := range map[string]string{
		texts(last.Events): "4 5 6", texts(before.Events): "1 2 3", texts(first.Events): "0",
	} {
		if got != want {
			t.Errorf("got %s, not %s", got, want)
		}
	}
	if texts(again.Events) != "1 2 3" {
		t.Errorf("got %s", texts(again.Events))
	}
	if strings.Trim(*first.NextForwardToken, "fb") != strings.Trim(*first.NextBackwardToken, "fb") {
		t.Errorf("a page of one event has the tokens %s and %s", *first.NextForwardToken, *first.NextBackwardToken)
	}
	for _, token := range []*string{last.NextForwardToken, first.NextBackwardToken} {
		end := s.get(sdk.GetLogEventsInput{NextToken: token})
		if len(end.Events) > 0 || *end.NextForwardToken != *token && *end.NextBackwardToken != *token {
			t.Errorf("%s: got %+v", *token, end)
		}
	}
	_, err := s.put(event(6, "later"))
	s.must(err)
	if got := texts(s.get(sdk.GetLogEventsInput{NextToken: last.NextForwardToken}).Events); got != "later" {
		t.Errorf("got %s", got)
	}
	for _, token := range []string{"x", "f/1/s", "g" + (*last.NextForwardToken)[1:], strings.TrimSuffix(*last.NextForwardToken, "/s")} {
		_, err := s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream), NextToken: &token})
		s.refused(err, "InvalidParameterException", "The specified nextToken is invalid.")
	}
}

// A client that polls a stream from a time on which nothing has happened misses nothing.
func TestPollingFromATime(t *testing.T) {
	s := newScene(t)
	from := s.get(sdk.GetLogEventsInput{StartFromHead: aws.Bool(true), StartTime: aws.Int64(start.UnixMilli())})
	again := s.get(sdk.GetLogEventsInput{StartFromHead: aws.Bool(true), NextToken: from.NextForwardToken})
	if *again.NextForwardToken != *from.NextForwardToken {
		t.Errorf("got %s after %s", *again.NextForwardToken, *from.NextForwardToken)
	}
	s.numbers(2)
	if got := texts(s.get(sdk.GetLogEventsInput{NextToken: again.NextForwardToken}).Events); got != "0 1" {
		t.Errorf("got %s", got)
	}
}

func TestFilteredEvents(t *testing.T) {
	s := newScene(t)
	s.numbers(30)
	_, err := s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String("other")})
	s.must(err)
	_, err = s.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String("other"), LogEvents: []types.InputLogEvent{event(5, "o5"), event(7, "o7")}})
	s.must(err)
	filter := func(in sdk.FilterLogEventsInput) string {
		t.Helper()
		in.LogGroupName = aws.String(group)
		var all []string
		seen := map[string]bool{}
		for page := sdk.NewFilterLogEventsPaginator(s, &in); page.HasMorePages(); {
			out, err := page.NextPage(t.Context())
			s.must(err)
			if out.SearchedLogStreams == nil || len(out.SearchedLogStreams) > 0 {
				t.Errorf("searched %v", out.SearchedLogStreams)
			}
			for _, e := range out.Events {
				if seen[*e.EventId] || len(*e.EventId) != 56 || *e.IngestionTime != start.UnixMilli() {
					t.Errorf("got %+v", e)
				}
				seen[*e.EventId] = true
				all = append(all, *e.Message)
			}
		}
		return strings.Join(all, " ")
	}
	for _, c := range []struct {
		in   sdk.FilterLogEventsInput
		want string
	}{
		{sdk.FilterLogEventsInput{FilterPattern: aws.String("5"), Limit: aws.Int32(2)}, "5 o5 15 25"},
		{sdk.FilterLogEventsInput{FilterPattern: aws.String("5"), Limit: aws.Int32(1), StartFromHead: aws.Bool(false)}, "25 15 o5 5"},
		{sdk.FilterLogEventsInput{LogStreamNames: []string{"other"}}, "o5 o7"},
		{sdk.FilterLogEventsInput{LogStreamNamePrefix: aws.String("oth"), StartTime: aws.Int64(start.UnixMilli() + 6)}, "o7"},
		{sdk.FilterLogEventsInput{EndTime: aws.Int64(start.UnixMilli() + 2)}, "0 1"},
	} {
		if got := filter(c.in); got != c.want {
			t.Errorf("%+v: got %s, not %s", c.in, got, c.want)
		}
	}
	for in, text := range map[*sdk.FilterLogEventsInput]string{
		{FilterPattern: aws.String("{ $.v EXISTS }")}:                             "Invalid filter pattern",
		{FilterPattern: aws.String(`"ERROR`)}:                                     `Invalid character(s) in term '"ERROR'`,
		{LogStreamNames: []string{"other"}, LogStreamNamePrefix: aws.String("x")}: "logStreamNames and logStreamNamePrefix cannot both be specified.",
		{NextToken: aws.String("x")}:                                              "The specified nextToken is invalid.",
	} {
		in.LogGroupName = aws.String(group)
		_, err := s.FilterLogEvents(t.Context(), in)
		s.refused(err, "InvalidParameterException", text)
	}
	_, err = s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String(group), LogStreamNames: []string{"none"}})
	s.refused(err, "ResourceNotFoundException", "The specified log stream does not exist.")
}

func TestWhatIsNotBuilt(t *testing.T) {
	s := newScene(t)
	_, err := s.StartQuery(t.Context(), &sdk.StartQueryInput{LogGroupName: aws.String(group), QueryString: aws.String("fields @message"), StartTime: aws.Int64(0), EndTime: aws.Int64(1)})
	s.refused(err, "NotImplementedException", "ecs-emulator does not implement StartQuery yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/logs.md.")
}
