package leftover

import (
	"context"
	"strings"
)

// WithRoom makes a call that may fail because the engine's disk is full. What stopped tasks have left is removed
// then, oldest first, and the call is made again.
func WithRoom[T any](ctx context.Context, l *Queue, call func() (T, error)) (T, error) {
	result, err := call()
	for noSpace(err) && l.makeRoom(ctx) {
		l.Log.Warn("the disk of the container engine is full: removed the containers of the task that stopped first", "error", err)
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

// makeRoom removes the containers of the task that stopped first. It reports false if there are none, or if they have to
// stay until their output is read.
func (l *Queue) makeRoom(ctx context.Context) bool {
	return l.take(ctx, func(queue []Task) int { return min(len(queue), 1) - 1 })
}

// noSpace reads in the engine's words that its disk is full: they are the system's for ENOSPC.
func noSpace(err error) bool {
	return err != nil && strings.Contains(err.Error(), "no space left on device")
}
