package store

import (
	"context"
	"errors"
	"time"
)

// item is an id that was woken.
type item struct {
	phase phase
	epoch uint64 // of the wake-up that waits or is being handled
	again uint64 // of the one that came since; 0 is none
}

type phase int

const (
	waiting phase = iota // in the queue
	working              // handed out
	resting              // done less than pause ago
)

// ErrClosed is the error of Next once the watch has been closed.
var ErrClosed = errors.New("the watch is closed")

// Wake puts an id into the queue, unless it is there already. Controllers use it
// for what no row says: a timer that ran out, an engine that came back.
func (w *Watch) Wake(id string) {
	w.store.woken.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wakeIn(w.epoch, id)
}

// Pass wakes the id to as part of the handling of the id from, which Next has handed out, so
// that Idle waits for both.
func (w *Watch) Pass(from, to string) {
	w.store.woken.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wakeIn(w.epochOf(from), to)
}

// epochOf is the epoch of the handling of an id, or the present one if it is not being handled.
func (w *Watch) epochOf(id string) uint64 {
	if it := w.items[id]; it.phase == working {
		return it.epoch
	}
	return w.epoch
}

func (w *Watch) wakeIn(epoch uint64, id string) {
	if w.closed {
		return
	}
	it, known := w.items[id]
	if !known {
		w.owed[epoch]++
		w.enqueue(id, epoch)
		return
	}
	due := &it.again
	if it.phase == waiting {
		due = &it.epoch
	}
	if *due != 0 && *due <= epoch {
		return
	}
	if *due != 0 {
		w.handled(*due)
	}
	*due = epoch
	w.owed[epoch]++
	w.items[id] = it
	w.hurry(id)
}

func (w *Watch) enqueue(id string, epoch uint64) {
	w.items[id] = item{phase: waiting, epoch: epoch}
	w.queue = append(w.queue, id)
	w.signal()
}

// Next waits for an id that was woken. The caller calls Done with it when it is
// through. The error is that of ctx, or ErrClosed.
func (w *Watch) Next(ctx context.Context) (string, error) {
	for {
		w.mu.Lock()
		if w.closed {
			w.mu.Unlock()
			return "", ErrClosed
		}
		if len(w.queue) > 0 {
			id := w.queue[0]
			w.queue = w.queue[1:]
			w.items[id] = item{phase: working, epoch: w.items[id].epoch}
			w.mu.Unlock()
			return id, nil
		}
		if err := w.wait(ctx); err != nil {
			return "", err
		}
	}
}

// Done ends the handling of an id. What came meanwhile brings it back, after pause; at once if Idle waits for it.
func (w *Watch) Done(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	it, known := w.items[id]
	if !known {
		return // closed
	}
	w.handled(it.epoch)
	w.items[id] = item{phase: resting, again: it.again}
	if w.pause == 0 {
		w.settle(id)
		return
	}
	if w.hurry(id) {
		return
	}
	time.AfterFunc(w.pause, func() { // which may end a later rest as well, if Idle has ended this one
		w.mu.Lock()
		defer w.mu.Unlock()
		w.settle(id)
	})
}

// hurry ends the rest of an id if Idle waits for what has come meanwhile. It reports whether it did.
func (w *Watch) hurry(id string) bool {
	it := w.items[id]
	if it.phase != resting || it.again == 0 || it.again >= w.epoch {
		return false
	}
	w.settle(id)
	return true
}

// settle ends the rest of an id, if it rests.
func (w *Watch) settle(id string) {
	it, known := w.items[id]
	switch {
	case !known || it.phase != resting: // it is closed, or Idle has ended the rest
	case it.again != 0:
		w.enqueue(id, it.again)
	default:
		delete(w.items, id)
	}
}

// handled takes a wake-up of an epoch from those that have yet to be handled.
func (w *Watch) handled(epoch uint64) {
	if w.owed[epoch]--; w.owed[epoch] == 0 {
		delete(w.owed, epoch)
		w.signal()
	}
}

// Idle waits until everything has been handled that was in the queue when it was
// called, and what that led to in this watch (see CausedBy). It does not wait for
// what others add meanwhile, nor once the watch is closed.
func (w *Watch) Idle(ctx context.Context) error {
	w.mu.Lock()
	last := w.epoch
	w.epoch++
	for id := range w.items {
		w.hurry(id)
	}
	for w.owes(last) {
		if err := w.wait(ctx); err != nil {
			return err
		}
		w.mu.Lock()
	}
	w.mu.Unlock()
	return nil
}

// owes reports whether something up to an epoch has yet to be handled.
func (w *Watch) owes(last uint64) bool {
	for epoch := range w.owed {
		if epoch <= last {
			return true
		}
	}
	return false
}

// wait gives up the lock and waits for news.
func (w *Watch) wait(ctx context.Context) error {
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	changed := w.changed
	w.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
		return nil
	}
}

// signal tells of news. The lock is held.
func (w *Watch) signal() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}
