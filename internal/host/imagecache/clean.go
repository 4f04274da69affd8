package imagecache

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// tidy removes images until the rest is not larger than it may be, once more if pulls have ended meanwhile.
func (c *Cache) tidy(ctx context.Context) {
	for more := true; more; {
		c.clean(ctx)
		c.mu.Lock()
		more = c.again
		c.cleaning, c.again = more, false
		c.mu.Unlock()
	}
}

func (c *Cache) clean(ctx context.Context) {
	rows := rowsOf(c.Store.Read(), c.EngineID()) // before the list, in which a new one may be missing
	listedAt := c.Now()
	there, err := c.list(ctx)
	if err != nil {
		c.warn(ctx, "cannot list the images of the container engine: none is removed", err)
		return
	}
	held := c.held()
	c.see(there, held, listedAt)
	sum, goes := removable(rows, there, c.times(), held)
	forgotten := gone(rows, there)
	for _, each := range goes {
		if sum <= c.Size {
			break
		}
		went, err := c.remove(ctx, each.StoredImage, each.row.Stamp)
		switch {
		case errors.Is(err, errNotOurs):
			sum -= each.Size
			forgotten = append(forgotten, each.ID)
		case err != nil && !c.warned[each.ID]:
			c.warned[each.ID] = true
			c.warn(ctx, "an image that was pulled stays", err)
		case went:
			c.Log.Info("removed an image that no task uses, because of the size of the image cache",
				"image", nameOf(each.StoredImage), "bytes", each.Size)
			sum -= each.Size
			forgotten = append(forgotten, each.ID)
		}
	}
	if err := c.note(rows, forgotten); err != nil {
		c.warn(ctx, "cannot note which images are left", err)
	}
}

var errNotOurs = errors.New("another client has tagged or pulled the image")

// remove removes an image, unless a task has found it meanwhile, a pull has begun or its stamp is another one.
func (c *Cache) remove(ctx context.Context, image backend.StoredImage, stamp string) (went bool, err error) {
	going := &removal{image.ID, make(chan struct{})}
	if !c.begin(going) {
		return false, nil
	}
	defer c.end(going)
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	switch now, err := c.Engine.ImageStamp(ctx, image.ID); {
	case errors.Is(err, backend.ErrNotFound):
	case err != nil:
		return false, err
	case now != stamp:
		return false, errNotOurs
	}
	err = c.Engine.RemoveImage(ctx, image.ID, image.Names)
	return err == nil, err
}

func (c *Cache) begin(going *removal) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pulls > 0 || c.heldNow()[going.id] {
		return false
	}
	c.removal = going
	return true
}

func (c *Cache) end(going *removal) {
	c.mu.Lock()
	c.removal = nil
	c.mu.Unlock()
	close(going.over)
}

func nameOf(image backend.StoredImage) string {
	if len(image.Names) > 0 {
		return image.Names[0]
	}
	return image.ID
}
