package agent

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// LogSink takes what containers with the log driver awslogs write. A source is one container,
// named by its engine id.
type LogSink interface {
	// OpenStream makes the stream, and the group if create; one that is there is fine. AWS's
	// refusal is a smithy.APIError; any other error is tried again.
	OpenStream(ctx context.Context, s LogStream, create bool) error
	// Put appends lines and remembers at, durably and together: all or nothing. It returns when
	// they are kept. A refusal is as that of OpenStream.
	Put(ctx context.Context, s LogStream, source string, lines []LogLine, at LogPosition) error
	// Position is how far a source has been put; the zero LogPosition is nothing yet.
	Position(ctx context.Context, s LogStream, source string) (LogPosition, error)
	// Forget ends a source whose container is gone.
	Forget(ctx context.Context, s LogStream, source string) error
}

// LogStream is where a container's output goes. The region of the scope is that of the driver's
// options.
type LogStream struct {
	Scope       arn.Scope
	Group, Name string
}

// LogLine is an event of a log.
type LogLine struct {
	At      time.Time
	Message string
}

// LogPosition says how far a source has been put: of its lines that are not older than Since,
// in the order of the engine, the first Count are in, of which the newest is from Last. Times
// are the engine's. The zero Since is the beginning.
//
// That is not the time of the last line, because Docker reads standard output and standard
// error beside each other: their lines are not strictly in the order of their times.
type LogPosition struct {
	Since time.Time
	Count int
	Last  time.Time
}
