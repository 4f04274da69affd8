// Package awslogs reads the output of containers into streams of CloudWatch Logs, as the log driver
// awslogs does.
package awslogs

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Sink takes what containers with the log driver awslogs write. A source is one container,
// named by its engine id.
type Sink interface {
	// OpenStream makes the stream, and the group if create; one that is there is fine. AWS's
	// refusal is a smithy.APIError; any other error is tried again.
	OpenStream(ctx context.Context, s Stream, create bool) error
	// Put appends lines and remembers at, durably and together: all or nothing. It returns when
	// they are kept. A refusal is as that of OpenStream.
	Put(ctx context.Context, s Stream, source string, lines []Line, at Position) error
	// Position is how far a source has been put, and the time before which none of its lines
	// is yet to come: that of the newest, or of the stream. Before the first Put, even of no
	// lines, both are zero.
	Position(ctx context.Context, s Stream, source string) (at Position, from time.Time, err error)
	// Behind says that lines of a source which are not older than since are yet to be put, so
	// that no client that follows the group is shown newer ones of others before; the zero time is
	// that there are none. The sink believes it for half a minute.
	Behind(s Stream, source string, since time.Time)
	// Forget ends a source whose container is gone.
	Forget(ctx context.Context, s Stream, source string) error
	// Retain forgets all sources but those that keep knows.
	Retain(ctx context.Context, keep func(source string) bool) error
}

// Stream is where a container's output goes. The region of the scope is that of the driver's
// options.
type Stream struct {
	Scope       arn.Scope
	Group, Name string
	Task        string // ARN of the container's task, for which the driver acts
}

// Line is an event of a log.
type Line struct {
	At      time.Time
	Message string
}

// Position says how far a source has been put: of its lines that are not older than Since,
// in the order of the engine, the first Count are in, of which the newest is from Last. Times
// are the engine's. The zero Since is the beginning.
//
// That is not the time of the last line, because Docker reads standard output and standard
// error beside each other: their lines are not strictly in the order of their times.
type Position struct {
	Since time.Time
	Count int
	Last  time.Time
}
