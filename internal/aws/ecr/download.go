package ecr

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// downloadLife is how long the URL of a layer holds, by the emulator's clock.
const downloadLife = time.Hour

// Downloads are the layers that were asked for by URL. Who knows the id of one may read the layer.
type Downloads struct {
	mu  sync.Mutex
	all map[string]download
}

type download struct {
	digest string
	ends   time.Time
}

// Add returns an id for a layer, which cannot be guessed.
func (d *Downloads) Add(digest string, now time.Time) (id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = map[string]download{}
	}
	for id, old := range d.all {
		if !now.Before(old.ends) {
			delete(d.all, id)
		}
	}
	id = uuid.NewString()
	d.all[id] = download{digest, now.Add(downloadLife)}
	return id
}

// Digest is the layer of an id, empty if there is none, or no longer.
func (d *Downloads) Digest(id string, now time.Time) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if found := d.all[id]; now.Before(found.ends) {
		return found.digest
	}
	return ""
}
