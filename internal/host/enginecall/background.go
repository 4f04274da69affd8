package enginecall

import (
	"context"
	"runtime"
	"time"
)

// Begin says when the run ends, before anything else is asked of the engine.
func (e *Engine) Begin(life context.Context) { e.life = life }

// Age is how long ago the engine was made.
func (e *Engine) Age() time.Duration { return time.Since(e.born) }

// Life ends with the run.
func (e *Engine) Life() context.Context { return e.life }

// Go runs f in a goroutine that End waits for. After End it does nothing and reports false:
// a timer may fire later.
func (e *Engine) Go(f func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return false
	}
	e.running.Go(func() {
		growStack()
		f()
	})
	return true
}

// growStack gives a goroutine at once the stack that most calls need: to move a deep one as it grows costs more.
//
//go:noinline
func growStack() {
	var room [6 << 10]byte
	runtime.KeepAlive(&room)
}

// Call does what Go does with a call of a group of its own, which ends with f.
func (e *Engine) Call(atEnd AtEnd, f func(context.Context)) bool {
	call := e.calls.Begin(nil, atEnd)
	if !e.Go(func() { defer call.End(); f(call) }) {
		call.End()
		return false
	}
	return true
}

// BeginCall notes a call in the engine's tracker: see Tracker.Begin.
func (e *Engine) BeginCall(group *Group, atEnd AtEnd) *Call { return e.calls.Begin(group, atEnd) }

// End returns when no goroutine of Go is left.
func (e *Engine) End() {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.running.Wait()
}
