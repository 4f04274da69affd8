// Package imagecache bounds the images that pulls of the emulator bring to an engine. It removes no other one: those that were
// there before, that another client has tagged or pulled since, that have a name which no such pull gave them, or that a
// container or a task uses, stay.
package imagecache

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options configure a cache.
type Options struct {
	Store  *store.Store
	Now    func() time.Time
	Log    *slog.Logger
	Engine backend.ImageCleaner
	// EngineID tells the engine from others; empty is not known.
	EngineID func() string
	// Size is how many bytes all images may have together.
	Size int64
	// Go runs what a pull need not wait for.
	Go func(func(ctx context.Context))
}

// Cache is what the emulator has pulled to an engine. A nil Cache bounds nothing.
type Cache struct {
	Options

	mu       sync.Mutex                 // never held during a call of the engine
	tasks    map[string]map[string]bool // images, by id, that a task has found, by its ARN
	usedAt   map[string]time.Time       // images by id
	most     int                        // tasks of which some may have ended
	pulls    int                        // under way: no removal begins meanwhile
	begun    int                        // how many pulls have
	removal  *removal                   // under way; nil is none
	cleaning bool
	again    bool            // once more, when that has ended
	warned   map[string]bool // images, by id, that cannot be removed; of clean alone
}

// removal is an image that the engine is removing.
type removal struct {
	id   string
	over chan struct{}
}

// New makes a cache of the images that the rows know.
func New(o Options) *Cache {
	return &Cache{Options: o, tasks: map[string]map[string]bool{}, usedAt: map[string]time.Time{}, warned: map[string]bool{}}
}

const (
	listTimeout   = time.Minute
	removeTimeout = 5 * time.Minute
	// patience is how long a task or a pull waits for what the cache does. An image that goes later is pulled again.
	patience = 30 * time.Second
)

// Look has a task look for an image. What it finds, by its id, stays until the task has ended.
func (c *Cache) Look(ctx context.Context, taskARN string, find func() (id string)) {
	if c == nil {
		find()
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		going := c.hold(taskARN, find())
		if going == nil || !going.wait(ctx) {
			return
		}
	}
}

// wait waits for the end of a removal, and reports whether it has come.
func (r *removal) wait(ctx context.Context) bool {
	select {
	case <-r.over:
		return true
	case <-ctx.Done():
		return false
	}
}

// waitFor is wait for no longer than a while.
func (r *removal) waitFor(ctx context.Context, while time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, while)
	defer cancel()
	r.wait(ctx)
}

// hold keeps an image for a task, and returns its removal if that is under way.
func (c *Cache) hold(taskARN, id string) (going *removal) {
	if id == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tasks[taskARN] == nil {
		c.tasks[taskARN] = map[string]bool{}
	}
	c.tasks[taskARN][id] = true
	if len(c.tasks) > c.most {
		c.forgetEnded(c.Store.Read())
		c.most = max(fewTasks, 2*len(c.tasks))
	}
	c.usedAt[id] = c.Now()
	if c.removal != nil && c.removal.id == id {
		return c.removal
	}
	return nil
}

// fewTasks are so few that it does not matter whether they have ended.
const fewTasks = 1000

// forgetEnded lets go of what tasks have found that have ended. The lock is held.
func (c *Cache) forgetEnded(tx *store.Tx) {
	for taskARN := range c.tasks {
		if t := state.FindTask(tx, taskARN); t == nil || t.Ended() {
			delete(c.tasks, taskARN)
		}
	}
}

// held are the images of tasks that have not ended, also if the store does not know yet which they have found.
func (c *Cache) held() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heldNow()
}

// heldNow is held. The lock is held.
func (c *Cache) heldNow() map[string]bool {
	tx := c.Store.Read()
	held := ofTasks(tx)
	c.forgetEnded(tx)
	for _, ids := range c.tasks {
		for id := range ids {
			held[id] = true
		}
	}
	return held
}

// see notes which images are in use, and forgets those that have gone before a time.
func (c *Cache) see(there []backend.StoredImage, held map[string]bool, listedAt time.Time) {
	now := c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	exists := map[string]bool{}
	for _, each := range there {
		exists[each.ID] = true
		if each.Used || held[each.ID] {
			c.usedAt[each.ID] = now
		}
	}
	for id, at := range c.usedAt {
		if !exists[id] && at.Before(listedAt) {
			delete(c.usedAt, id)
		}
	}
	for id := range c.warned {
		if !exists[id] {
			delete(c.warned, id)
		}
	}
}

func (c *Cache) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		c.Log.Warn(what, "error", err)
	}
}

func (c *Cache) list(ctx context.Context) ([]backend.StoredImage, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	return c.Engine.Images(ctx)
}
