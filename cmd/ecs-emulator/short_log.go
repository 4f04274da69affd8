package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// shortLog is the log as people read it on a terminal: short lines of records, and of what happens in
// the emulator. Its times are this machine's, as in every log.
type shortLog struct {
	level slog.Level
	attrs []slog.Attr

	mu      *sync.Mutex // of the printer
	printer *activityPrinter
}

var _ slog.Handler = (*shortLog)(nil)

func newShortLog(out io.Writer, level slog.Level) *shortLog {
	on, _ := terminal.Of(out)
	return &shortLog{level: level, mu: &sync.Mutex{}, printer: newActivityPrinter(out, on)}
}

// follow prints what happens from a time of the emulator's clock on, until the emulator closes.
func (l *shortLog) follow(ctx context.Context, endpoint string, since time.Time) error {
	if !l.follows() {
		return nil
	}
	query := map[string][]string{"follow": {"true"}, "since": {since.Format(time.RFC3339Nano)}}
	return readActivity(ctx, endpoint, query, func(line activity.Line) {
		line.At = time.Now()
		l.print(line)
	})
}

// follows reports whether what happens is shown, beside records.
func (l *shortLog) follows() bool { return l.level <= slog.LevelInfo }

func (l *shortLog) print(line activity.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.printer.print(line)
}

func (l *shortLog) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level }

func (l *shortLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *l
	with.attrs = slices.Concat(l.attrs, attrs)
	return &with
}

// WithGroup implements slog.Handler. Short lines show no groups.
func (l *shortLog) WithGroup(string) slog.Handler { return l }

func (l *shortLog) Handle(_ context.Context, r slog.Record) error {
	attrs := slices.Clone(l.attrs)
	r.Attrs(func(a slog.Attr) bool { attrs = append(attrs, a); return true })
	text := shortText(r.Message, attrs)
	if text == "" || r.Message == deniedCall && l.follows() {
		return nil
	}
	line := activity.Line{At: r.Time, Text: text}
	switch {
	case r.Level >= slog.LevelError:
		line.Tone, line.Text = activity.Bad, "error: "+text
	case r.Level >= slog.LevelWarn:
		line.Tone, line.Text = activity.Warning, "warning: "+text
	case r.Level < slog.LevelInfo:
		line.Tone = activity.Passing
	}
	l.print(line)
	return nil
}
