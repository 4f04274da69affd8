// Package claim knows which task has a warm sandbox where a container that runs cannot get another name: the program of the
// sandbox keeps the task's name in a file, in which each emulator reads it that did not claim the sandbox itself.
package claim

import (
	"context"
	"strings"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
)

// Options are what Claims need.
type Options struct {
	Client dockerapi.Client
	Owner  label.Owner
	Run    string // of this process: the value of label.WarmKey
	// Told says that this process tells sandboxes who claims them. Otherwise it renames them, and only reads what an
	// earlier run has told.
	Told bool
}

// Claims are the claims of an owner's warm sandboxes.
type Claims struct {
	Options
	earlier lazy.Value[struct{}] // set once the claims of earlier runs are read

	mu     sync.Mutex
	names  map[string]string // by the sandbox's id
	ids    map[string]string // by name
	unsure map[string]bool   // names for which the engine may be making a container
	turns  map[string]*turn  // by name
}

// New returns the claims of an owner, of which none is known yet.
func New(o Options) *Claims {
	return &Claims{Options: o, names: map[string]string{}, ids: map[string]string{}, unsure: map[string]bool{}, turns: map[string]*turn{}}
}

// Owner returns the name under which callers know a container: its own, or the one of the task that has claimed it. A sandbox that
// belongs to no task is free. One of this run is free unless Has was called for it; others are asked, which may fail.
func (c *Claims) Owner(ctx context.Context, id, ownName string, labels map[string]string) (name string, free bool, err error) {
	own := strings.TrimPrefix(ownName, "/")
	if !c.Options.Owner.IsWarm(own, labels) {
		return own, false, nil
	}
	if name, known := c.name(id); known {
		return name, false, nil
	}
	if labels[label.WarmKey] == c.Run {
		return own, true, nil
	}
	if name, err = read(ctx, c.Client, id); err != nil {
		return own, false, err
	}
	if name == "" {
		return own, true, nil
	}
	c.Has(name, id)
	return name, false, nil
}

func (c *Claims) name(id string) (name string, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, known = c.names[id]
	return name, known
}

// Has notes that a task has a sandbox.
func (c *Claims) Has(name, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names[id], c.ids[name] = name, id
}

// Forget forgets a sandbox that is gone.
func (c *Claims) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name := c.names[id]; c.ids[name] == id {
		delete(c.ids, name)
	}
	delete(c.names, id)
}

// ForgetAll forgets all sandboxes, which are gone.
func (c *Claims) ForgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.names)
	clear(c.ids)
	clear(c.unsure)
}

// Resolve returns the id of the sandbox that a task has, as far as it is known, and else what it is given.
func (c *Claims) Resolve(nameOrID string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, known := c.ids[nameOrID]; known {
		return id
	}
	return nameOrID
}

// Find is Resolve that first reads the claims of earlier runs, once. A sandbox of these whose claim cannot be read
// holds up no other: it is left out.
func (c *Claims) Find(ctx context.Context, name string) (id string, found bool, err error) {
	if !c.Told {
		return "", false, nil
	}
	if _, err := c.earlier.Get(ctx, c.readEarlier); err != nil {
		return "", false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id, found = c.ids[name]
	return id, found, nil
}

func (c *Claims) readEarlier(ctx context.Context) (none struct{}, err error) {
	which := c.Options.Owner.Filter(nil).Add("label", label.WarmKey)
	found, err := c.Client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: which})
	if err != nil {
		return none, err
	}
	labels, names := map[string]map[string]string{}, map[string]string{}
	var ids []string
	for _, s := range found {
		ids = append(ids, s.ID)
		labels[s.ID], names[s.ID] = s.Labels, dockerapi.FirstName(s.Names)
	}
	_, err = dockerapi.InParallel(ctx, ids, func(ctx context.Context, id string) error {
		soon, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_, _, err := c.Owner(soon, id, names[id], labels[id])
		if err != nil && !dockerapi.Lost(err) && ctx.Err() == nil {
			return nil
		}
		return err
	})
	return none, err
}

// turn is a right that one call has at a time.
type turn struct {
	its   *semaphore.Weighted
	users int
}

// Turn waits for the right to make the sandbox of a name: two calls at once would claim two.
func (c *Claims) Turn(ctx context.Context, name string) (done func(), err error) {
	c.mu.Lock()
	t := c.turns[name]
	if t == nil {
		t = &turn{its: semaphore.NewWeighted(1)}
		c.turns[name] = t
	}
	t.users++
	c.mu.Unlock()
	leave := func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(c.turns, name)
		}
	}
	if err := t.its.Acquire(ctx, 1); err != nil {
		leave()
		return nil, err
	}
	return func() {
		t.its.Release(1)
		leave()
	}, nil
}

// Asked notes how the engine answered when it was asked for a container of a name: where it did not, it may still make it,
// and then no sandbox is to be claimed for that name.
func (c *Claims) Asked(name string, unsure bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if unsure {
		c.unsure[name] = true
	} else {
		delete(c.unsure, name)
	}
}

// Free reports whether a sandbox may be claimed for a name, which no container has then. Whose turn it is calls it.
func (c *Claims) Free(ctx context.Context, name string) bool {
	c.mu.Lock()
	unsure := c.unsure[name]
	c.mu.Unlock()
	if unsure || name == "" || strings.ContainsAny(name, " \t\r\n") {
		return false
	}
	_, err := c.Client.ContainerInspect(ctx, name)
	return cerrdefs.IsNotFound(err)
}
