package console

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// outputPatience bounds for how long a page waits for the output of its containers. What could not be followed is tried again
// after followAgain.
const (
	outputPatience = 2 * time.Second
	followAgain    = 5 * time.Second
)

// readOnce reads the newest lines that containers have written until now, by time. The error says what could not be read.
func readOnce(ctx context.Context, from *page.Sources, of []page.Container, tail int) (lines []page.Line, err error) {
	ctx, cancel := context.WithTimeout(ctx, outputPatience)
	defer cancel()
	var errs []error
	for _, c := range of {
		own, err := readKept(ctx, from, c, tail)
		lines = append(lines, own...)
		errs = append(errs, err)
	}
	return newest(lines, tail), errors.Join(errs...)
}

func readKept(ctx context.Context, from *page.Sources, c page.Container, tail int) (lines []page.Line, err error) {
	err = from.Logs(ctx, c.TaskARN, c.Name, backend.LogOptions{Tail: tail, Write: func(at time.Time, _ bool, text string) error {
		lines = append(lines, page.Line{At: at, Label: c.Label, Text: text})
		return nil
	}})
	return lines, err
}

// newest sorts lines by time, lines of one container in their order, and returns the last ones.
func newest(lines []page.Line, n int) []page.Line {
	sorting.By(lines, func(a, b page.Line) int { return a.At.Compare(b.At) })
	return lines[max(0, len(lines)-n):]
}

// output follows what the containers of a stream's page write. Its page is rendered by one goroutine.
type output struct {
	from  *page.Sources
	wake  func() // there are new lines
	ctx   context.Context
	reads map[page.Container]*followed
	done  sync.WaitGroup
}

// followed is a container whose output is followed.
type followed struct {
	cancel context.CancelFunc
	mu     sync.Mutex
	lines  []page.Line
	err    error
}

// read returns the newest lines of containers, by time. It begins to follow those that it is asked about for the first
// time, and leaves off those that it is not asked about any more.
func (o *output) read(of []page.Container, tail int) (lines []page.Line, err error) {
	wanted := map[page.Container]bool{}
	var errs []error
	for _, c := range of {
		wanted[c] = true
		f := o.reads[c]
		if f == nil {
			f = o.follow(c, tail)
			o.reads[c] = f
		}
		f.mu.Lock()
		lines, errs = append(lines, f.lines...), append(errs, f.err)
		f.mu.Unlock()
	}
	for c, f := range o.reads {
		if !wanted[c] {
			f.cancel()
			delete(o.reads, c)
		}
	}
	return newest(lines, tail), errors.Join(errs...)
}

// follow reads what a container has written, and has what comes added.
func (o *output) follow(c page.Container, tail int) *followed {
	ctx, cancel := context.WithCancel(o.ctx)
	f := &followed{cancel: cancel}
	kept, stop := context.WithTimeout(ctx, outputPatience)
	defer stop()
	f.lines, f.err = readKept(kept, o.from, c, tail)
	options := backend.LogOptions{Follow: true, Tail: tail, Write: func(at time.Time, _ bool, text string) error {
		f.mu.Lock()
		f.err = nil
		f.lines = append(f.lines, page.Line{At: at, Label: c.Label, Text: text})
		if len(f.lines) > 2*tail {
			f.lines = append(f.lines[:0], f.lines[len(f.lines)-tail:]...)
		}
		f.mu.Unlock()
		o.wake()
		return nil
	}}
	if len(f.lines) > 0 {
		options.Since, options.Tail = f.lines[len(f.lines)-1].At.Add(1), 0
	}
	o.done.Go(func() {
		for {
			err := o.from.Logs(ctx, c.TaskARN, c.Name, options)
			if err == nil || ctx.Err() != nil || !o.again(ctx, f, c, &options, err, tail) {
				return
			}
		}
	})
	return f
}

// again waits after an error, until the container's output can be read, and has it go on after the lines that there are. It
// reports whether that is so: else the context has ended.
func (o *output) again(ctx context.Context, f *followed, c page.Container, options *backend.LogOptions, err error, tail int) bool {
	for err != nil {
		f.mu.Lock()
		known := f.err != nil && f.err.Error() == err.Error()
		f.err = err
		if len(f.lines) > 0 {
			options.Since, options.Tail = f.lines[len(f.lines)-1].At.Add(1), 0
		}
		f.mu.Unlock()
		if !known {
			o.wake()
		}
		if pause.For(ctx, followAgain) != nil {
			return false
		}
		kept, stop := context.WithTimeout(ctx, outputPatience)
		_, err = readKept(kept, o.from, c, tail)
		stop()
	}
	f.mu.Lock()
	f.err = nil
	f.mu.Unlock()
	o.wake()
	return ctx.Err() == nil
}

// end returns when nothing is followed any more. The context has ended.
func (o *output) end() { o.done.Wait() }
