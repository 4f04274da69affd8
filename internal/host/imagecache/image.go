package imagecache

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Image is an image that came to an engine with a pull of the emulator.
type Image struct {
	Engine string // its id
	ID     string
	Names  []string  // that pulls of the emulator gave it
	UsedAt time.Time // by a task; of one that is in use it may be old
	Stamp  string    // after the last of these pulls; see backend.ImageCleaner
}

// stored is an image with its row.
type stored struct {
	backend.StoredImage
	row *Image
}

var images = store.NewTable("pulled-image", func(i *Image) string { return key(i.Engine, i.ID) })

func key(engine, id string) string { return engine + " " + id }

// removable are the images that may go, the one first that was used longest ago, and how many bytes all images of the
// emulator have. Those with another name than pulls of the emulator gave them are not its own any more.
func removable(rows []*Image, there []backend.StoredImage, usedAt map[string]time.Time, held map[string]bool) (sum int64, goes []stored) {
	of := map[string]*Image{}
	for _, row := range rows {
		of[row.ID] = row
	}
	for _, each := range there {
		row := of[each.ID]
		if row == nil || slices.ContainsFunc(each.Names, func(name string) bool { return !slices.Contains(row.Names, name) }) {
			continue
		}
		sum += each.Size
		if !each.Used && !held[each.ID] {
			goes = append(goes, stored{each, row})
		}
	}
	last := func(i stored) time.Time {
		if at, known := usedAt[i.ID]; known {
			return at
		}
		return i.row.UsedAt
	}
	sorting.By(goes, func(x, y stored) int {
		return cmp.Or(last(x).Compare(last(y)), cmp.Compare(x.ID, y.ID))
	})
	return sum, goes
}

// ofTasks are the images, by id, of tasks that have not ended, as far as the store knows.
func ofTasks(tx *store.Tx) map[string]bool {
	ids := map[string]bool{}
	for _, t := range state.AllTasks(tx) {
		if t.Ended() {
			continue
		}
		for i := range t.Status.Containers {
			ids[t.Status.Containers[i].ImageID] = true
		}
	}
	return ids
}
