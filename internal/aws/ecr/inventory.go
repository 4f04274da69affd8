package ecr

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Inventory counts what repositories have. It counts again only when a repository or an image has changed, so that many may
// ask after each change of the store.
type Inventory struct {
	mu                   sync.Mutex
	repositories, images store.Mark
	stocks               []Stock
}

// Stock is what a repository has.
type Stock struct {
	Repository *Repository
	Images     int
	Bytes      int64 // the sum of the images' sizes; a layer counts in each image that has it
}

// Stocks are of all repositories, in order of region, account and name. They must not be changed.
func (i *Inventory) Stocks(tx *store.Tx) []Stock {
	i.mu.Lock()
	defer i.mu.Unlock()
	repositories, images := Repositories.Mark(tx), Images.Mark(tx)
	if repositories == i.repositories && images == i.images {
		return i.stocks
	}
	i.repositories, i.images, i.stocks = repositories, images, takeStock(tx)
	return i.stocks
}

func takeStock(tx *store.Tx) []Stock {
	stocks, places := make([]Stock, 0, Repositories.Len(tx)), map[string]int{}
	for _, r := range Repositories.All(tx) {
		places[r.key()] = len(stocks)
		stocks = append(stocks, Stock{Repository: r})
	}
	for image := range Images.Forward(tx, "") {
		if at, ok := places[repositoryKey(image.Scope, image.Repository)]; ok {
			stocks[at].Images++
			stocks[at].Bytes += image.ImageSize()
		}
	}
	return stocks
}
