// Package boundedlog cuts long values in the log. The log says why requests are refused, which repeats what clients
// send: without a bound, they could fill the disk.
package boundedlog

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

const (
	// most is how many bytes of a value are logged.
	most = 1 << 10
	// mostOfErrors is the same for records at level error: these are about the emulator's own mistakes, and have stacks.
	mostOfErrors = 16 << 10
)

// Handler cuts the values of attributes, and says how long they were.
func Handler(next slog.Handler) slog.Handler { return handler{next} }

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	limit := most
	if r.Level >= slog.LevelError {
		limit = mostOfErrors
	}
	long := false
	r.Attrs(func(a slog.Attr) bool {
		_, long = cut(a.Value, limit)
		return !long
	})
	if long {
		bounded := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
		r.Attrs(func(a slog.Attr) bool {
			bounded.AddAttrs(bound(a, limit))
			return true
		})
		r = bounded
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	bounded := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		bounded[i] = bound(a, most)
	}
	return handler{h.Handler.WithAttrs(bounded)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

func bound(a slog.Attr, limit int) slog.Attr {
	a.Value, _ = cut(a.Value, limit)
	return a
}

// cut returns a value as it is, or if it is long the beginning of its text.
func cut(v slog.Value, limit int) (short slog.Value, long bool) {
	text := ""
	switch v = v.Resolve(); v.Kind() {
	case slog.KindString:
		text = v.String()
	case slog.KindAny:
		text = fmt.Sprintf("%+v", v.Any()) // as slog.TextHandler has it
	case slog.KindGroup:
		var attrs []slog.Attr
		for _, a := range v.Group() {
			inner, cutInner := cut(a.Value, limit)
			attrs, long = append(attrs, slog.Attr{Key: a.Key, Value: inner}), long || cutInner
		}
		return slog.GroupValue(attrs...), long
	}
	if len(text) <= limit {
		return v, false
	}
	return slog.StringValue(fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:limit], ""), len(text))), true
}
