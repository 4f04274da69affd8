package vpcnet

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/moby/api/types/network"
	apiswarm "github.com/moby/moby/api/types/swarm"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Swarm is what the engines of one Docker swarm share: the networks of VPCs, and which of their addresses are taken.
type Swarm struct {
	log   *slog.Logger
	turn  *semaphore.Weighted // held while the network of a VPC is looked for, made or removed
	order []string            // of the engines, by name

	cluster atomic.Pointer[string] // its id, from Check; nil: no manager has told it

	mu      sync.Mutex // never held while an engine is asked
	engines []*Networks
	manager *Networks        // that answered last
	books   map[string]*book // by the network's id
	gone    map[string]bool  // ids of networks that were removed
}

// NewSwarm returns a swarm of which no engine is known yet. The names say in which order its engines come; others follow as they
// are opened.
func NewSwarm(log *slog.Logger, names ...string) *Swarm {
	return &Swarm{log: log, order: names, turn: semaphore.NewWeighted(1), books: map[string]*book{}, gone: map[string]bool{}}
}

const (
	// overlayTimeout bounds the making of a network: a manager gives up after 20 seconds.
	overlayTimeout = 45 * time.Second
	// enginePatience is how long an engine may take to answer for another.
	enginePatience = 5 * time.Second
)

// join adds an engine.
func (w *Swarm) join(s *Networks) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.engines = append(w.engines, s)
	place := func(s *Networks) int {
		if at := slices.Index(w.order, s.Name.Name); at >= 0 {
			return at
		}
		return len(w.order)
	}
	sorting.By(w.engines, func(a, b *Networks) int { return place(a) - place(b) })
}

// Leave forgets an engine that is closed.
func (w *Swarm) Leave(s *Networks) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.engines = slices.DeleteFunc(w.engines, func(known *Networks) bool { return known == s })
	if w.manager == s {
		w.manager = nil
	}
}

// all are the engines in order, and the manager that answered last.
func (w *Swarm) all() (engines []*Networks, manager *Networks) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.engines), w.manager
}

func (w *Swarm) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.engines)
}

// bridges are the networks that engines have for themselves, as far as they answer.
func (w *Swarm) bridges(ctx context.Context) (all []network.Summary) {
	engines, _ := w.all()
	each := make([][]network.Summary, len(engines))
	failures := silence.AskEach(ctx, engines, enginePatience, func(ctx context.Context, i int, s *Networks) (err error) {
		each[i], err = s.Client.NetworkList(ctx, nil)
		return err
	})
	for i, s := range engines {
		if failures[i] != nil {
			w.log.Debug("ranges of an engine are not known", "of", s.Name, "error", failures[i])
		}
		for _, n := range each[i] {
			if !isOverlay(n.Network) {
				n.Name += " of " + s.Name.String()
				all = append(all, n)
			}
		}
	}
	return all
}

// forget forgets a network that is gone.
func (w *Swarm) forget(id string) {
	w.mu.Lock()
	delete(w.books, id)
	w.gone[id] = true
	engines := slices.Clone(w.engines)
	w.mu.Unlock()
	for _, s := range engines {
		s.forgetOverlay(id)
	}
}

func (w *Swarm) isGone(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gone[id]
}

// Node is what the engine is in its swarm. An engine that cannot be used there is an error, which says what to do.
func (s *Networks) Node(ctx context.Context) (swarm.Node, error) {
	return s.node.Get(ctx, func(ctx context.Context) (swarm.Node, error) {
		info, err := s.Client.Info(ctx)
		if err != nil {
			return swarm.Node{}, err
		}
		return swarm.NodeOf(s.Name, info.Swarm)
	})
}

// See learns what the engine is in its swarm by now: it may have become a manager, or have been removed.
func (s *Networks) See(now apiswarm.Info) {
	if node, err := swarm.NodeOf(s.Name, now); err == nil {
		s.node.Set(node)
	} else {
		s.node.Reset()
	}
}

// onThisHost reports whether one of the engines is on this machine.
func (s *Networks) onThisHost() bool {
	if s.Swarm == nil {
		return s.Local
	}
	engines, _ := s.Swarm.all()
	return slices.ContainsFunc(engines, func(on *Networks) bool { return on.Local })
}

// soonNode is Node of an engine that may not answer.
func (s *Networks) soonNode(ctx context.Context) (node swarm.Node, err error) {
	err = s.Ask(ctx, enginePatience, func(ctx context.Context) (err error) {
		node, err = s.Node(ctx)
		return err
	})
	return node, err
}

// Check reports what keeps the engines from being used together. Those that do not answer are left out.
func (w *Swarm) Check(ctx context.Context) error {
	engines, _ := w.all()
	var first *Networks // that has told the id of the swarm
	var cluster string
	var outside []swarm.Outside
	nodes := map[*Networks]swarm.Node{}
	told := make([]swarm.Node, len(engines))
	failures := silence.AskEach(ctx, engines, enginePatience, func(ctx context.Context, i int, s *Networks) (err error) {
		told[i], err = s.Node(ctx)
		return err
	})
	for i, s := range engines {
		node, err := told[i], failures[i]
		switch {
		case err != nil && (dockerapi.Lost(err) || errors.Is(err, context.DeadlineExceeded)) && ctx.Err() == nil:
			continue
		case errors.As(err, new(swarm.Outside)):
			outside = append(outside, swarm.Outside{Engine: s.Name})
			continue
		case err != nil:
			return err
		case node.Cluster != "" && first == nil:
			first, cluster = s, node.Cluster
		case node.Cluster != "" && node.Cluster != cluster:
			return swarm.TwoSwarms(first.Name, s.Name)
		}
		nodes[s] = node
	}
	if len(outside) > 0 {
		return besides(outside[0], engines, nodes)
	}
	for _, s := range engines {
		node, answered := nodes[s]
		switch {
		case !answered || node.Manager:
		case first == nil && len(nodes) == len(engines):
			return swarm.NoManager(s.Name, node)
		case first != nil:
			known := true
			err := first.Ask(ctx, enginePatience, func(ctx context.Context) (err error) {
				known, err = first.Client.HasNode(ctx, node.ID)
				return err
			})
			if err == nil && !known {
				return swarm.TwoSwarms(first.Name, s.Name)
			}
		}
	}
	if first != nil {
		w.cluster.Store(&cluster)
	}
	return nil
}

// Other reports whether an engine that says so is in another swarm than its engines were when they were checked. Managers
// alone tell.
func (w *Swarm) Other(says apiswarm.Info) bool {
	own := w.cluster.Load()
	return own != nil && says.Cluster != nil && says.Cluster.ID != "" && says.Cluster.ID != *own
}

// strays reports the same of an engine, from what it has said last.
func (w *Swarm) strays(s *Networks) bool {
	node, _ := s.node.Peek()
	return w.Other(apiswarm.Info{Cluster: &apiswarm.ClusterInfo{ID: node.Cluster}})
}

// besides is the error of an engine that is in no swarm: it may be told where others are, a manager first.
func besides(o swarm.Outside, engines []*Networks, nodes map[*Networks]swarm.Node) error {
	var member *Networks
	for _, s := range engines {
		if node, answered := nodes[s]; answered && (member == nil || node.Manager && !nodes[member].Manager) {
			member = s
		}
	}
	if member == nil {
		return o
	}
	return o.Beside(member.Name, nodes[member])
}
