package ssmsession

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Open is a program that runs for a client without a data channel, the emulator's own. It counts as a
// session of its container, and ends with all sessions; the API of Systems Manager does not tell of
// it, and it has no idle limit.
type Open struct {
	backend.Session
	kernel             *Kernel
	taskARN, container string
	ctx                context.Context // of the client's connection
	cut                func()
	gone               chan struct{} // closed by Close

	mu    sync.Mutex
	ended string // why the emulator has ended it
	once  sync.Once
}

// Open starts a program for a client whose connection has that context. The error is [ErrClosed],
// [ErrNoTask], a [*LimitError] or that of Exec; see StartFailure. The caller calls Close.
func (k *Kernel) Open(ctx context.Context, taskARN, container string, spec backend.ExecSpec) (*Open, error) {
	o := &Open{kernel: k, taskARN: taskARN, container: container, gone: make(chan struct{})}
	o.ctx, o.cut = context.WithCancel(ctx)
	if err := k.admit(o); err != nil {
		o.cut()
		return nil, err
	}
	starting, cancel := context.WithTimeout(o.ctx, startTimeout)
	defer cancel()
	program, err := k.Exec(starting, taskARN, container, spec)
	if err != nil {
		o.leave()
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Session = program
	if o.ended != "" {
		_ = program.Close() // its reads tell
	}
	return o, nil
}

// admit counts a program, if its container may have one more.
func (k *Kernel) admit(o *Open) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.admits(o.taskARN, o.container); err != nil {
		return err
	}
	k.open[o] = struct{}{}
	return nil
}

// Context ends with the client's connection, and when the emulator waits for it no longer.
func (o *Open) Context() context.Context { return o.ctx }

// Ended is what to tell the client, if the emulator has ended the program. Reads are over then.
func (o *Open) Ended() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ended
}

// end ends the program, for a reason. Its client may hear of it until farewell has passed.
func (o *Open) end(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended == "" {
		o.ended = text
		if o.Session == nil {
			o.cut() // it is being started
			return
		}
		_ = o.Session.Close()
	}
}

// Close implements backend.Session. The client has left, or been told of the end.
func (o *Open) Close() error {
	err := o.Session.Close()
	o.leave()
	return err
}

func (o *Open) leave() {
	o.once.Do(func() {
		o.cut()
		o.kernel.mu.Lock()
		delete(o.kernel.open, o)
		o.kernel.mu.Unlock()
		close(o.gone)
	})
}

// endOpen ends all programs of clients without a data channel.
func (k *Kernel) endOpen(text string) {
	k.mu.Lock()
	all := slices.Collect(maps.Keys(k.open))
	k.mu.Unlock()
	for _, o := range all {
		o.end(text)
	}
	hurry := time.AfterFunc(farewell, func() {
		for _, o := range all {
			o.cut()
		}
	})
	defer hurry.Stop()
	for _, o := range all {
		<-o.gone
	}
}
