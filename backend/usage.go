package backend

import "context"

// UsageReader is implemented by engines that tell with one question what many containers use, so
// that a look at all of them every few seconds costs next to nothing.
type UsageReader interface {
	// Usage returns what those of the containers use that run, by id. One that does not run, that
	// the engine does not have, or of which it cannot tell now, is left out. After the call
	// nothing of it goes on: no process, no stream, no goroutine. It MAY fail with
	// [ErrUnavailable] while the engine cannot be reached.
	Usage(ctx context.Context, ids []string) (map[string]Usage, error)
}

// Usage is what a container uses. Networks are those of Stats: containers that share a network
// namespace have the same.
type Usage struct {
	Stats
	// Load is how many CPUs the container uses at the time, of an engine that knows it from one
	// read: a simulated one. Otherwise it is nil, and two reads tell by their CPU times.
	Load *float64
}
