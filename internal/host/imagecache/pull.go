package imagecache

import (
	"context"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Pull is a pull under way. A nil Pull is one of an engine whose images are not bounded.
type Pull struct {
	cache  *Cache
	before map[string][]string // the names of images by their ids; nil is not known
}

// Begin is called before a pull. No removal begins before its End.
func (c *Cache) Begin(ctx context.Context) *Pull {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	c.pulls++
	c.begun++
	alone, begun, going := c.pulls == 1, c.begun, c.removal
	c.mu.Unlock()
	if going != nil {
		going.waitFor(ctx, patience)
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := &Pull{cache: c}
	rows := rowsOf(c.Store.Read(), c.EngineID())
	there, err := c.list(bounded)
	if err != nil {
		c.warn(ctx, "cannot list the images of the container engine: one that is pulled now is never removed", err)
		return p
	}
	p.before = make(map[string][]string, len(there))
	for _, each := range there {
		p.before[each.ID] = each.Names
	}
	forgotten := gone(rows, there) // one that is back later came from others
	if alone {
		others := c.others(bounded, rows)
		if c.isLatest(begun) { // else a pull may have changed stamps that it has not noted yet
			forgotten = append(forgotten, others...)
		}
	}
	if err := c.note(rows, forgotten); err != nil {
		c.warn(ctx, "cannot note which images are left", err)
	}
	return p
}

// isLatest reports whether no pull has begun since.
func (c *Cache) isLatest(begun int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun == begun
}

// others are the images, by id, that other clients have tagged or pulled: a pull gives them another stamp.
func (c *Cache) others(ctx context.Context, rows []*Image) (ids []string) {
	for _, row := range rows {
		if now, err := c.Engine.ImageStamp(ctx, row.ID); err == nil && now != row.Stamp {
			ids = append(ids, row.ID)
		}
	}
	return ids
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
	if c.ended() {
		c.Go(c.tidy)
	}
}

// ended counts a pull less, and reports whether it is time to tidy, which no other one does.
func (c *Cache) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pulls--; c.pulls > 0 {
		return false
	}
	if c.cleaning {
		c.again = true
		return false
	}
	c.cleaning = true
	return true
}

// keep notes what the pull has brought, also if the task is stopped meanwhile.
func (p *Pull) keep(ctx context.Context, spec backend.PullSpec, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	c := p.cache
	engine := c.EngineID()
	if engine == "" {
		return nil // its images might belong to another one
	}
	there, err := c.list(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(there, func(each backend.StoredImage) bool { return each.ID == id })
	if i < 0 || !slices.ContainsFunc(there[i].Names, func(name string) bool { return fetched(spec, name) }) {
		return nil // removed meanwhile, or a build of a user
	}
	stamp, err := c.Engine.ImageStamp(ctx, id)
	if err != nil {
		return err
	}
	before, known := p.before[id]
	names := slices.DeleteFunc(slices.Clone(there[i].Names), func(name string) bool {
		return slices.Contains(before, name) || !gives(spec, name)
	})
	return c.add(engine, id, stamp, names, !known)
}

// fetched reports whether a name is a digest in the repository of a pull: what comes from a registry has one.
func fetched(spec backend.PullSpec, name string) bool {
	return strings.Contains(name, "@") && gives(spec, name)
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
