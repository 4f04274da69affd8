package emulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// upstreamLogs has the agent write to the CloudWatch Logs of the upstream, as a client of it. How
// far each container has been put is kept here, when the upstream has answered that it has the
// lines: so a crash loses none of them. PutLogEvents has nothing by which a server could tell that
// it has got the same twice. So what was on its way in a crash, or has got no answer, is sent again
// and may be there twice: a batch of each container at most.
//
// Requests are signed with the account's keys, not with those of the task's execution role: an
// upstream knows no sessions of the emulator's, and would take them for those of another account.
type upstreamLogs struct {
	client    *apiClient
	positions *logs.Store // of a stream without events
	log       *slog.Logger

	mu       sync.Mutex
	rejected map[string]bool // sources of which the log has told that events were rejected
}

var _ agent.LogSink = (*upstreamLogs)(nil)

func newUpstreamLogs(client *apiClient, positions *logs.Store, log *slog.Logger) *upstreamLogs {
	return &upstreamLogs{client: client, positions: positions, log: log, rejected: map[string]bool{}}
}

// logsOperation is one of CloudWatch Logs.
func logsOperation(name string) operation {
	return operation{service: "CloudWatch Logs", signed: "logs", target: "Logs_20140328", name: name, codec: wire.LowerCamel}
}

var (
	createLogGroup  = logsOperation("CreateLogGroup")
	createLogStream = logsOperation("CreateLogStream")
	putLogEvents    = logsOperation("PutLogEvents")
)

// Codes of errors of CloudWatch Logs, which its types have as well.
const (
	codeNoGroup = "ResourceNotFoundException"
	codeThere   = "ResourceAlreadyExistsException"
	codeHasThem = "DataAlreadyAcceptedException"
)

// OpenStream implements agent.LogSink. The group is made when the stream finds none, as moby's
// driver does.
func (u *upstreamLogs) OpenStream(ctx context.Context, s agent.LogStream, create bool) error {
	stream := &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &s.Group, LogStreamName: &s.Name}
	err := u.call(ctx, s.Scope, createLogStream, stream, nil)
	if create && codeOf(err) == codeNoGroup {
		group := &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &s.Group}
		if err := u.call(ctx, s.Scope, createLogGroup, group, nil); err != nil && codeOf(err) != codeThere {
			return err
		}
		err = u.call(ctx, s.Scope, createLogStream, stream, nil)
	}
	if codeOf(err) == codeThere {
		return nil
	}
	return err
}

// Put implements agent.LogSink. It tries again by itself until the upstream takes or refuses the
// lines, and until the position is kept: who calls Put again has all of them sent again.
func (u *upstreamLogs) Put(ctx context.Context, s agent.LogStream, source string, lines []agent.LogLine, at agent.LogPosition) error {
	for _, events := range logRequests(lines) {
		in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: &s.Group, LogStreamName: &s.Name, LogEvents: events}
		err := u.insist(ctx, s, "output of a container not taken by the upstream", func() error {
			var out cloudwatchlogs.PutLogEventsOutput
			err := u.call(ctx, s.Scope, putLogEvents, in, &out)
			if codeOf(err) == codeHasThem || errors.Is(err, errUnreadable) { // what has been said is that it has them
				return nil
			}
			u.tellRejected(s, source, out.RejectedLogEventsInfo)
			return err
		})
		if err != nil {
			return err
		}
	}
	return u.insist(ctx, s, "position in a log not kept", func() error { return u.keep(source, at) })
}

// Pauses between tries.
const (
	firstPutPause = time.Second
	lastPutPause  = 30 * time.Second
)

// insist tries until it succeeds, is refused, or the emulator ends.
func (u *upstreamLogs) insist(ctx context.Context, s agent.LogStream, failure string, try func() error) error {
	for pause := firstPutPause; ; pause = min(2*pause, lastPutPause) {
		err := try()
		var refusal smithy.APIError
		if err == nil || errors.As(err, &refusal) || ctx.Err() != nil {
			return err
		}
		u.log.Warn(failure+"; it is tried again", "group", s.Group, "stream", s.Name, "after", pause, "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tellRejected says once of a source that the upstream leaves events out, by their times: its clock
// may be another than the emulator's.
func (u *upstreamLogs) tellRejected(s agent.LogStream, source string, info *types.RejectedLogEventsInfo) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if info == nil || u.rejected[source] {
		return
	}
	u.rejected[source] = true
	u.log.Warn("the upstream leaves out log events that are too new or too old for it", "group", s.Group, "stream", s.Name)
}

const (
	// logAnswer is how long an answer may take, and lastLogAnswer how long that to a request which
	// is on its way when the emulator ends: it is the fewer lines that are sent twice.
	logAnswer     = 30 * time.Second
	lastLogAnswer = 3 * time.Second
)

// call calls an operation. AWS's refusal is a smithy.APIError.
func (u *upstreamLogs) call(ctx context.Context, scope arn.Scope, op operation, in, out any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	call, cancel := context.WithTimeout(handlers.Quietly(context.WithoutCancel(ctx)), logAnswer)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastLogAnswer, cancel) })()
	keys := credentials.StaticCredentialsProvider{Value: accountKeys(scope)}
	err := u.client.do(call, keys, scope.Region, op, in, out)
	var failed *agent.CallError
	if !errors.As(err, &failed) || mayPass(failed) {
		return err
	}
	return &smithy.OperationError{
		ServiceID: op.service, OperationName: op.name,
		Err: &smithy.GenericAPIError{Code: failed.Code, Message: failed.Message, Fault: smithy.FaultClient},
	}
}

// mayPass reports whether a call that has failed may succeed later.
func mayPass(failed *agent.CallError) bool {
	switch failed.Status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	switch failed.Code {
	case "ThrottlingException", "OperationAbortedException":
		return true
	}
	return false
}

func codeOf(err error) string {
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return refusal.ErrorCode()
	}
	return ""
}

// Position implements agent.LogSink.
func (u *upstreamLogs) Position(_ context.Context, _ agent.LogStream, source string) (agent.LogPosition, time.Time, error) {
	at, from, err := u.positions.Position(sources, source)
	if codeOf(err) == codeNoGroup {
		return agent.LogPosition{}, time.Time{}, nil
	}
	return agent.LogPosition(at), from, err
}

// Behind implements agent.LogSink. Nobody can tell an upstream to hold others back.
func (u *upstreamLogs) Behind(agent.LogStream, string, time.Time) {}

// Forget implements agent.LogSink.
func (u *upstreamLogs) Forget(_ context.Context, _ agent.LogStream, source string) error {
	u.mu.Lock()
	delete(u.rejected, source)
	u.mu.Unlock()
	if err := u.positions.Forget(sources, source); err != nil && codeOf(err) != codeNoGroup {
		return err
	}
	return nil
}

// Retain implements agent.LogSink.
func (u *upstreamLogs) Retain(_ context.Context, keep func(source string) bool) error {
	return u.positions.Retain(keep)
}

// sources is the stream that has the positions of all sources.
var sources = logs.StreamName{Group: "positions", Name: "sources"}

// keep keeps a position. What has come this far is not given up because the emulator ends.
func (u *upstreamLogs) keep(source string, at agent.LogPosition) error {
	put := func() error { return u.positions.Put(context.Background(), sources, source, nil, logs.Position(at)) }
	err := put()
	if codeOf(err) == codeNoGroup { // the first of all
		if err := u.positions.OpenStream(sources, true); err != nil {
			return fmt.Errorf("keep a position: %w", err)
		}
		err = put()
	}
	if err != nil {
		return fmt.Errorf("keep a position: %w", err)
	}
	return nil
}

// Bounds of a request. Source: CloudWatch Logs API reference, PutLogEvents.
const (
	mostLogEvents    = 10_000
	mostLogBytes     = 1 << 20
	logEventOverhead = 26
	longestLogSpan   = 24 * time.Hour
)

// logRequests divides lines, whose times do not go back, into what one request may have.
func logRequests(lines []agent.LogLine) (all [][]types.InputLogEvent) {
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
