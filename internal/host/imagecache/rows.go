package imagecache

import (
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func rowsOf(tx *store.Tx, engine string) []*Image { return images.List(tx, key(engine, "")) }

// gone are the images, by id, that the engine does not have any more.
func gone(rows []*Image, there []backend.StoredImage) (ids []string) {
	for _, row := range rows {
		if !slices.ContainsFunc(there, func(each backend.StoredImage) bool { return each.ID == row.ID }) {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

// times are when images were used, as far as this run knows.
func (c *Cache) times() map[string]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.usedAt)
}

// usedStep is by how much a row may be behind.
const usedStep = time.Minute

// note forgets rows by the ids of their images, and keeps when the others were used.
func (c *Cache) note(rows []*Image, forgotten []string) error {
	used := c.times()
	changes := func(row *Image) bool {
		return slices.Contains(forgotten, row.ID) || used[row.ID].Sub(row.UsedAt) >= usedStep
	}
	if !slices.ContainsFunc(rows, changes) {
		return nil
	}
	c.mu.Lock()
	for _, id := range forgotten {
		delete(c.usedAt, id)
	}
	c.mu.Unlock()
	return c.Store.Update(func(tx *store.Tx) error {
		for _, row := range rows {
			now := images.Get(tx, key(row.Engine, row.ID))
			switch {
			case now == nil || !changes(row):
			case now == row && slices.Contains(forgotten, row.ID): // else it has been pulled again meanwhile
				images.Delete(tx, row)
			case used[row.ID].After(now.UsedAt):
				images.Put(tx, &Image{Engine: now.Engine, ID: now.ID, Names: now.Names, UsedAt: used[row.ID], Stamp: now.Stamp})
			}
		}
		return nil
	})
}

// add notes the names that a pull has given an image: one that is new on the engine, or that has a row.
func (c *Cache) add(engine, id, stamp string, names []string, isNew bool) error {
	return c.Store.Update(func(tx *store.Tx) error {
		row := &Image{Engine: engine, ID: id, UsedAt: c.Now(), Stamp: stamp}
		if known := images.Get(tx, key(engine, id)); known != nil {
			row.Names = known.Names
		} else if !isNew {
			return nil
		}
		for _, name := range names {
			if !slices.Contains(row.Names, name) {
				row.Names = append(slices.Clip(row.Names), name)
			}
		}
		images.Put(tx, row)
		return nil
	})
}
