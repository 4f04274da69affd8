package vpcnet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

const (
	// managerPatience is how long a manager may take to say that it is one, and managerSoon for how long the one that answered
	// last is asked alone.
	managerPatience = 5 * time.Second
	managerSoon     = 250 * time.Millisecond
)

// Manager is a client of an engine that manages the swarm and answers: the one that did so last or, where that does not answer
// soon, the first one of all that does.
func (w *Swarm) Manager(ctx context.Context) (dockerapi.Client, error) {
	engines, latest := w.all()
	engines = slices.DeleteFunc(engines, w.strays)
	if !slices.Contains(engines, latest) {
		latest = nil
	}
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	alone, others := context.WithTimeout(asking, managerSoon)
	defer others()
	if latest == nil {
		others()
	}
	type answer struct {
		of  *Networks
		err error
	}
	answers := make(chan answer, len(engines))
	for _, s := range engines {
		go func() {
			if s != latest {
				<-alone.Done()
			}
			err := s.Ask(asking, managerPatience, s.Client.Manages)
			if s == latest && err != nil {
				others()
			}
			answers <- answer{s, err}
		}()
	}
	why := errNoEngine
	for range engines {
		select {
		case a := <-answers:
			if a.err == nil {
				w.manages(a.of)
				return a.of.Client, nil
			}
			why = a.err
		case <-ctx.Done():
			return dockerapi.Client{}, ctx.Err()
		}
	}
	return dockerapi.Client{}, dockerapi.Unavailable(fmt.Errorf("%w: %w", backend.ErrNoManager, why))
}

var errNoEngine = errors.New("none of its engines is open")

// manages notes which engine manages the swarm.
func (w *Swarm) manages(s *Networks) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.Contains(w.engines, s) { // it may have been closed
		w.manager = s
	}
}
