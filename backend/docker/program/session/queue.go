//go:build linux

package main

import (
	"io"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// queue is the input that the command has not taken. The near end bounds it: it is told what was taken.
type queue struct {
	mu    sync.Mutex
	more  sync.Cond
	waits []byte
	ended bool
	out   *output
}

func newQueue(out *output) *queue {
	q := &queue{out: out}
	q.more.L = &q.mu
	return q
}

func (q *queue) put(p []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waits = append(q.waits, p...)
	q.more.Signal()
}

func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.more.Signal()
}

// take waits for input, and is io.EOF after its end. most bounds it; 0 is no bound.
func (q *queue) take(most int) ([]byte, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waits) == 0 && !q.ended {
		q.more.Wait()
	}
	if len(q.waits) == 0 {
		return nil, io.EOF
	}
	taken := q.waits
	if most > 0 && most < len(taken) {
		taken = taken[:most]
	}
	if q.waits = q.waits[len(taken):]; len(q.waits) == 0 {
		q.waits = nil
	}
	return taken, nil
}

// copyTo writes input to the command as it takes it, and closes its end after the last. What
// a command does not take any more is dropped: its end is near.
func (q *queue) copyTo(to io.WriteCloser) {
	defer func() { _ = to.Close() }()
	for {
		p, err := q.take(0)
		if err != nil {
			return
		}
		_, _ = to.Write(p)
		q.tell(len(p))
	}
}

// tell tells the near end that input was taken.
func (q *queue) tell(n int) { q.out.send(frame.Make(frame.Taken, frame.Number(uint32(n)))) }
