package engines

import (
	"context"
	"errors"
	"sync"
	"time"
)

// removeTimeout bounds the removal of all containers.
const removeTimeout = 10 * time.Minute

// Ask comes before Remove, which may take long: an engine that does not even say what it is removes nothing.
func (e *Engine) Ask() error { return e.askNow(false) }

// AskForTasks refuses an engine that is not the one of the tasks, too.
func (e *Engine) AskForTasks() error { return e.askNow(true) }

func (e *Engine) askNow(admit bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	info, err := e.engine.Info(ctx)
	if err == nil && admit {
		err = e.Admit(info)
	}
	return err
}

// Select returns the engines that a check, which is made of all at once, does not refuse. The error is about the others.
func (s *Set) Select(check func(*Engine) error) (chosen []*Engine, err error) {
	errs := s.atOnce(s.all, check)
	for i, e := range s.all {
		if errs[i] == nil {
			chosen = append(chosen, e)
		}
	}
	return chosen, errors.Join(errs...)
}

// Remove removes all that the emulator has on some engines, and returns those where that is done. A network stays as long as
// another engine has something there, so it goes when all are done.
func (s *Set) Remove(from []*Engine) (done []*Engine, err error) {
	errs := s.atOnce(from, (*Engine).remove)
	if len(from) > 1 {
		errs = s.atOnce(from, (*Engine).remove)
	}
	for i, e := range from {
		if errs[i] == nil {
			done = append(done, e)
		}
	}
	return done, errors.Join(errs...)
}

func (e *Engine) remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	return e.engine.RemoveAll(ctx)
}

// atOnce does something with some engines at once, and returns an error of each, or nil.
func (s *Set) atOnce(some []*Engine, do func(*Engine) error) []error {
	errs := make([]error, len(some))
	var all sync.WaitGroup
	for i, e := range some {
		all.Go(func() { errs[i] = e.named(do(e)) })
	}
	all.Wait()
	return errs
}
