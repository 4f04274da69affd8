package leftover

import (
	"context"
	"slices"
	"strings"
)

// WithRoom makes a call that may fail because the engine's disk is full. What stopped tasks have left is removed
// then, oldest first, and the call is made again. Each time it is twice as much: a call may be a pull, which
// fetches all again.
func WithRoom[T any](ctx context.Context, l *Queue, call func() (T, error)) (T, error) {
	result, err := call()
	for n := 1; noSpace(err) && l.makeRoom(ctx, n); n *= 2 {
		l.Log.Warn("the disk of the container engine is full: removed the containers of the tasks that stopped first", "error", err)
		result, err = call()
	}
	switch {
	case noSpace(err):
		l.full.Store(&err)
	case err == nil:
		l.full.Store(nil)
	}
	return result, err
}

// Full returns what the engine has said last about its full disk; nil if there is room.
func (l *Queue) Full() error {
	if err := l.full.Load(); err != nil {
		return *err
	}
	return nil
}

// makeRoom removes what so many tasks have left that stopped first. What has to stay for its output keeps nothing else. It reports
// false if nothing can be removed.
func (l *Queue) makeRoom(ctx context.Context, tasks int) (made bool) {
	first := func(queue []Task) int {
		if i := slices.IndexFunc(queue, l.isRead); i >= 0 {
			return i
		}
		return min(len(queue), 1) - 1 // its output may be in soon
	}
	for range tasks {
		if !l.take(ctx, first) {
			break
		}
		made = true
	}
	return made
}

// isRead reports whether all output is in of what a task has left.
func (l *Queue) isRead(left Task) bool {
	return !slices.ContainsFunc(left.IDs, func(id string) bool { return !l.Logs.IsRead(id) })
}

// noSpace reads in the engine's words that its disk is full: they are the system's for ENOSPC.
func noSpace(err error) bool {
	return err != nil && strings.Contains(err.Error(), "no space left on device")
}
