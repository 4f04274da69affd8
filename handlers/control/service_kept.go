package control

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// readAtOnce is of how many containers the output is read at the same time: each takes a connection to
// the engine.
const readAtOnce = 8

// merged is a source with what it has written.
type merged struct {
	source
	lines packedLines
	next  line
	more  bool  // there is a next line
	err   error // not all could be read
}

// kept sends the lines that are kept by time, and returns a note on those that are not. The output of a
// container is read at one go, which ends where it ended at that moment: a later reading could find lines
// dropped, and would go on for as long as the container writes.
func (s *serviceOutput) kept(ctx context.Context) string {
	var all []*merged
	var readers errgroup.Group
	readers.SetLimit(readAtOnce)
	for _, t := range state.ServiceTasks(s.store.Read(), s.service) {
		for _, from := range s.sources(t) {
			m := &merged{source: from}
			all = append(all, m)
			readers.Go(func() error { s.read(ctx, m); return nil })
		}
	}
	_ = readers.Wait() // their errors are the sources'
	for ctx.Err() == nil {
		first := earliest(all)
		if first == nil {
			return s.leftOut(all)
		}
		if s.send(first.line(first.next.text)) != nil {
			return ""
		}
		first.advance()
	}
	return ""
}

// earliest is the source whose next line has the earliest time, nil if none has one. The lines of a
// source stay in its order.
func earliest(all []*merged) (first *merged) {
	for _, m := range all {
		if m.more && (first == nil || m.next.at < first.next.at) {
			first = m
		}
	}
	return first
}

func (s *serviceOutput) read(ctx context.Context, m *merged) {
	m.lines.open()
	m.err = s.logs(ctx, m.task, m.container, backend.LogOptions{Tail: s.tail, Write: func(at time.Time, _ bool, text string) error {
		return m.lines.add(line{at.UnixNano(), text})
	}})
	if err := m.lines.close(); m.err == nil {
		m.err = err
	}
	m.advance()
}

// advance takes the next line.
func (m *merged) advance() {
	var err error
	if m.next, m.more, err = m.lines.take(); err != nil && m.err == nil {
		m.err = err
	}
}
