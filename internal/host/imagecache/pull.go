package imagecache

import (
	"context"
	"slices"

	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Pull is a pull under way. A nil Pull is one of an engine whose images are not bounded.
type Pull struct {
	cache  *Cache
	before map[string][]string // the names of images by their ids; nil is not known
}

// Begin is called before a pull. Nothing is removed before its End.
func (c *Cache) Begin(ctx context.Context) *Pull {
	if c == nil {
		return nil
	}
	c.beginPull()
	p := &Pull{cache: c}
	rows := rowsOf(c.Store.Read(), c.EngineID())
	there, err := c.list(ctx)
	if err != nil {
		c.warn(ctx, "cannot list the images of the container engine: one that is pulled now is never removed", err)
		return p
	}
	p.before = make(map[string][]string, len(there))
	for _, each := range there {
		p.before[each.ID] = each.Names
	}
	if err := c.note(rows, gone(rows, there)); err != nil { // one that is back later came from others
		c.warn(ctx, "cannot note which images are left", err)
	}
	return p
}

// beginPull waits for the end of a removal.
func (c *Cache) beginPull() {
	c.looking.RLock()
	defer c.looking.RUnlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulls++
}

// End is called after the pull for a task, with the image that it has found; empty is none. If it was pulled, the cache has it from
// now on, unless the engine had it before.
func (p *Pull) End(ctx context.Context, taskARN string, spec backend.PullSpec, id string, pulled bool) {
	if p == nil {
		return
	}
	c := p.cache
	c.hold(taskARN, id)
	if pulled && p.before != nil {
		if err := p.keep(ctx, spec, id); err != nil {
			c.warn(ctx, "cannot note an image that was pulled: it is never removed", err)
		}
	}
	c.mu.Lock()
	c.pulls--
	last := c.pulls == 0
	c.mu.Unlock()
	if last {
		c.Go(c.clean)
	}
}

// keep notes what the pull has brought.
func (p *Pull) keep(ctx context.Context, spec backend.PullSpec, id string) error {
	engine := p.cache.EngineID()
	if engine == "" {
		return nil // its images might be those of another one
	}
	there, err := p.cache.list(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(there, func(each backend.StoredImage) bool { return each.ID == id })
	if i < 0 {
		return nil // removed meanwhile
	}
	before, known := p.before[id]
	names := slices.DeleteFunc(slices.Clone(there[i].Names), func(name string) bool {
		return slices.Contains(before, name) || !gives(spec, name)
	})
	return p.cache.add(engine, id, names, !known)
}

// gives reports whether a pull gives an image a name: the tag, or the digest in a repository, of what it names.
func gives(spec backend.PullSpec, name string) bool {
	given, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return false
	}
	_, byDigest := given.(reference.Digested)
	for _, each := range []string{spec.Ref, spec.Tag} {
		own, err := reference.ParseNormalizedNamed(each)
		if err != nil || own.Name() != given.Name() {
			continue
		}
		if _, digested := own.(reference.Digested); byDigest || !digested && reference.TagNameOnly(own).String() == given.String() {
			return true
		}
	}
	return false
}
