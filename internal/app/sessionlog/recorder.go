package sessionlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Streams are the streams of CloudWatch Logs.
type Streams interface {
	// OpenStream makes the stream, and the group if create; one that is there is fine.
	OpenStream(ctx context.Context, s awslogs.Stream, create bool) error
	// Append appends lines, and may be called once it is open.
	Append(ctx context.Context, s awslogs.Stream, lines []awslogs.Line) error
}

type Objects interface {
	// Put writes an object for a task.
	Put(ctx context.Context, taskARN, bucket, key string, content []byte) error
}

type Writer struct {
	Streams Streams
	Objects Objects
	// Log is told once of each session that cannot be logged.
	Log *slog.Logger
	// Closing ends when the emulator does.
	Closing context.Context
}

// How long a log may take to be written, and how long when the emulator ends.
const (
	writeTimeout = 15 * time.Second
	lastWrite    = 3 * time.Second
)

// Record keeps what a session shows, to write it at its end; nil is nowhere to write it.
func (w *Writer) Record(to Destination) ssmsession.Recorder {
	if to.none() {
		return nil
	}
	return &recorder{writer: w, to: to}
}

type recorder struct {
	writer *Writer
	to     Destination
	shown  transcript
}

func (r *recorder) Write(p []byte) { r.shown.add(p) }

// End implements ssmsession.Recorder. What fails is told, and changes neither the session nor its task.
func (r *recorder) End(s ssmsession.Info) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	defer context.AfterFunc(r.writer.Closing, func() { time.AfterFunc(lastWrite, cancel) })()
	text := r.shown.text(s.Ended)
	r.shown = transcript{}
	err := errors.Join(r.putEvents(ctx, text, s.Ended), r.putObject(ctx, s.TaskARN, text))
	if err != nil {
		r.writer.Log.Warn("cannot log a session of ECS Exec", "session", s.ID, "task", s.TaskARN, "container", s.Container, "error", err)
	}
}

func (r *recorder) putEvents(ctx context.Context, text []byte, at time.Time) error {
	if r.to.Stream.Group == "" {
		return nil
	}
	err := r.writer.Streams.OpenStream(ctx, r.to.Stream, false) // who sets the group makes it: ECS API reference
	if err == nil {
		err = r.writer.Streams.Append(ctx, r.to.Stream, events(text, at))
	}
	if err != nil {
		return fmt.Errorf("write to log group %s: %w", r.to.Stream.Group, err)
	}
	return nil
}

func (r *recorder) putObject(ctx context.Context, taskARN string, text []byte) error {
	if r.to.Bucket == "" {
		return nil
	}
	if err := r.writer.Objects.Put(ctx, taskARN, r.to.Bucket, r.to.Key, text); err != nil {
		return fmt.Errorf("write s3://%s/%s: %w", r.to.Bucket, r.to.Key, err)
	}
	return nil
}
