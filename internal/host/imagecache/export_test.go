package imagecache

import "time"

// UsedTimes is of how many images this run knows when they were used.
func (c *Cache) UsedTimes() int { return len(c.times()) }

// RowUsedAt is when an image was used, as its row says.
func (c *Cache) RowUsedAt(id string) time.Time {
	return images.Get(c.Store.Read(), key(c.EngineID(), id)).UsedAt
}
