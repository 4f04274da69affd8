package logsink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Upstream is the CloudWatch Logs of the upstream. How
// far each container has been put is kept here, when the upstream has answered that it has the
// lines: so a crash loses none of them. PutLogEvents has nothing by which a server could tell that
// it has got the same twice. So what was on its way in a crash, or has got no answer, is sent again
// and may be there twice: a batch of each container at most.
type Upstream struct {
	client    *apiclient.Client
	positions *logs.Store // of a stream without events
	log       *slog.Logger

	mu       sync.Mutex
	rejected map[string]bool // sources of which the log has told that events were rejected
}

var _ awslogs.Sink = (*Upstream)(nil)

// NewUpstream is a sink that writes to the upstream by a client, and keeps positions in a store.
func NewUpstream(client *apiclient.Client, positions *logs.Store, log *slog.Logger) *Upstream {
	return &Upstream{client: client, positions: positions, log: log, rejected: map[string]bool{}}
}

// logsOperation is one of CloudWatch Logs.
func logsOperation(name string) apiclient.Operation {
	return apiclient.Operation{Service: "CloudWatch Logs", Signed: "logs", Target: "Logs_20140328", Name: name, Codec: wire.LowerCamel}
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

// OpenStream implements awslogs.Sink. The group is made when the stream finds none, as moby's
// driver does.
func (u *Upstream) OpenStream(ctx context.Context, s awslogs.Stream, create bool) error {
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

// Put implements awslogs.Sink. It tries again by itself until the upstream takes or refuses the
// lines, and until the position is kept: who calls Put again has all of them sent again.
func (u *Upstream) Put(ctx context.Context, s awslogs.Stream, source string, lines []awslogs.Line, at awslogs.Position) error {
	for _, events := range logRequests(lines) {
		err := u.insist(ctx, s, "output of a container not taken by the upstream", func() error {
			rejected, err := u.putEvents(ctx, s, events)
			u.tellRejected(s, source, rejected)
			return err
		})
		if err != nil {
			return err
		}
	}
	return u.insist(ctx, s, "position in a log not kept", func() error { return u.keep(source, at) })
}

func (u *Upstream) putEvents(ctx context.Context, s awslogs.Stream, events []types.InputLogEvent) (*types.RejectedLogEventsInfo, error) {
	var out cloudwatchlogs.PutLogEventsOutput
	in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: &s.Group, LogStreamName: &s.Name, LogEvents: events}
	err := u.call(ctx, s.Scope, putLogEvents, in, &out)
	if codeOf(err) == codeHasThem || errors.Is(err, apiclient.ErrUnreadable) { // what has been said is that it has them
		return nil, nil
	}
	return out.RejectedLogEventsInfo, err
}

// errRejected is what [Upstream.Append] returns when the upstream leaves events out.
var errRejected = errors.New("the upstream refuses log events as too new or too old: compare its clock with the emulator's")

// Append appends lines of no source to a stream. It does not try again.
func (u *Upstream) Append(ctx context.Context, s awslogs.Stream, lines []awslogs.Line) error {
	for _, events := range logRequests(lines) {
		rejected, err := u.putEvents(ctx, s, events)
		if err != nil {
			return err
		}
		if rejected != nil {
			return errRejected
		}
	}
	return nil
}

// Pauses between tries.
const (
	firstPutPause = time.Second
	lastPutPause  = 30 * time.Second
)

// insist tries until it succeeds, is refused, or the emulator ends.
func (u *Upstream) insist(ctx context.Context, s awslogs.Stream, failure string, try func() error) error {
	for wait := firstPutPause; ; wait = min(2*wait, lastPutPause) {
		err := try()
		var refusal smithy.APIError
		if err == nil || errors.As(err, &refusal) || ctx.Err() != nil {
			return err
		}
		u.log.Warn(failure+"; retrying", "group", s.Group, "stream", s.Name, "after", wait, "error", err)
		if err := pause.For(ctx, wait); err != nil {
			return err
		}
	}
}

// tellRejected says once of a source that the upstream leaves events out, by their times: its clock
// may be another than the emulator's.
func (u *Upstream) tellRejected(s awslogs.Stream, source string, info *types.RejectedLogEventsInfo) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if info == nil || u.rejected[source] {
		return
	}
	u.rejected[source] = true
	u.log.Warn("the upstream refuses log events as too new or too old: compare its clock with the emulator's", "group", s.Group, "stream", s.Name)
}

const (
	// logAnswer is how long an answer may take, and lastLogAnswer how long that to a request which
	// is on its way when the emulator ends: it is the fewer lines that are sent twice.
	logAnswer     = 30 * time.Second
	lastLogAnswer = 3 * time.Second
)

// call calls an operation. AWS's refusal is a smithy.APIError.
func (u *Upstream) call(ctx context.Context, scope arn.Scope, op apiclient.Operation, in, out any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	call, cancel := context.WithTimeout(handlers.Quietly(context.WithoutCancel(ctx)), logAnswer)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastLogAnswer, cancel) })()
	err := u.client.Do(call, apiclient.Root(scope), op, in, out)
	var failed *apiclient.Error
	switch {
	case !errors.As(err, &failed):
		return err
	case mayPass(failed):
		return failed
	}
	return &smithy.OperationError{
		ServiceID: op.Service, OperationName: op.Name,
		Err: &smithy.GenericAPIError{Code: failed.Code, Message: failed.Message, Fault: smithy.FaultClient},
	}
}

// mayPass reports whether a call that has failed may succeed later.
func mayPass(failed *apiclient.Error) bool {
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

func (u *Upstream) Position(_ context.Context, _ awslogs.Stream, source string) (awslogs.Position, time.Time, error) {
	at, from, err := u.positions.Position(sources, source)
	if codeOf(err) == codeNoGroup {
		return awslogs.Position{}, time.Time{}, nil
	}
	return awslogs.Position(at), from, err
}

// Behind implements awslogs.Sink. An upstream cannot be told to hold others back.
func (u *Upstream) Behind(awslogs.Stream, string, time.Time) {}

func (u *Upstream) Forget(_ context.Context, _ awslogs.Stream, source string) error {
	u.mu.Lock()
	delete(u.rejected, source)
	u.mu.Unlock()
	if err := u.positions.Forget(sources, source); err != nil && codeOf(err) != codeNoGroup {
		return err
	}
	return nil
}

func (u *Upstream) Retain(_ context.Context, keep func(source string) bool) error {
	return u.positions.Retain(keep)
}

// sources is the stream that has the positions of all sources.
var sources = logs.StreamName{Group: "positions", Name: "sources"}

// keep keeps a position. What has come this far is not given up because the emulator ends.
func (u *Upstream) keep(source string, at awslogs.Position) error {
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
