// Package imagecache bounds the images that pulls of the emulator bring to an engine. It removes no other one: those that were
// there before, that have a name which no such pull gave them, or that a container or a task uses, stay.
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
	looking sync.RWMutex // held to look for an image and note its task; locked to remove one

	mu     sync.Mutex
	tasks  map[string]map[string]bool // images, by id, that a task has found, by its ARN
	usedAt map[string]time.Time       // images by id
	most   int                        // tasks of which some may have ended
	pulls  int                        // under way: nothing is removed meanwhile

	cleaning sync.Mutex
}

// New makes a cache of the images that the rows know.
func New(o Options) *Cache {
	return &Cache{Options: o, tasks: map[string]map[string]bool{}, usedAt: map[string]time.Time{}}
}

const (
	listTimeout   = time.Minute
	removeTimeout = 5 * time.Minute
)

// Look has a task look for an image. What it finds, by its id, stays until the task has ended.
func (c *Cache) Look(taskARN string, find func() (id string)) {
	if c == nil {
		find()
		return
	}
	c.looking.RLock()
	defer c.looking.RUnlock()
	c.hold(taskARN, find())
}

func (c *Cache) hold(taskARN, id string) {
	if id == "" {
		return
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

// clean removes images until the rest is not larger than it may be.
func (c *Cache) clean(ctx context.Context) {
	c.cleaning.Lock()
	defer c.cleaning.Unlock()
	rows := rowsOf(c.Store.Read(), c.EngineID()) // before the list, in which a new one may be missing
	there, err := c.list(ctx)
	if err != nil {
		c.warn(ctx, "cannot list the images of the container engine: none is removed", err)
		return
	}
	held := c.held()
	c.see(there, held)
	sum, goes := removable(rows, there, c.times(), held)
	removed := gone(rows, there)
	for _, each := range goes {
		if sum <= c.Size {
			break
		}
		went, err := c.remove(ctx, each)
		switch {
		case err != nil:
			c.warn(ctx, "an image that was pulled stays", err)
		case went:
			c.Log.Info("removed an image that no task uses, because of the size of the image cache", "image", nameOf(each), "bytes", each.Size)
			sum -= each.Size
			removed = append(removed, each.ID)
		}
	}
	if err := c.note(rows, removed); err != nil {
		c.warn(ctx, "cannot note which images are left", err)
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

// remove removes an image, unless a task has found it meanwhile or a pull has begun.
func (c *Cache) remove(ctx context.Context, image backend.StoredImage) (went bool, err error) {
	c.looking.Lock()
	defer c.looking.Unlock()
	if c.pulling() || c.held()[image.ID] {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	err = c.Engine.RemoveImage(ctx, image.ID, image.Names)
	return err == nil, err
}

func (c *Cache) pulling() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pulls > 0
}

// held are the images of tasks that have not ended, also if the store does not know yet which they have found.
func (c *Cache) held() map[string]bool {
	tx := c.Store.Read()
	held := ofTasks(tx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetEnded(tx)
	for _, ids := range c.tasks {
		for id := range ids {
			held[id] = true
		}
	}
	return held
}

// see notes that images are in use.
func (c *Cache) see(there []backend.StoredImage, held map[string]bool) {
	now := c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, each := range there {
		if each.Used || held[each.ID] {
			c.usedAt[each.ID] = now
		}
	}
}

func nameOf(image backend.StoredImage) string {
	if len(image.Names) > 0 {
		return image.Names[0]
	}
	return image.ID
}
