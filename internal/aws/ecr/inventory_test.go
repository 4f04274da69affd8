package ecr

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestInventoryCountsAgainWhenImagesChange(t *testing.T) {
	s := openShop(t, *web)
	s.do(func(tx *store.Tx) error { Repositories.Put(tx, &Repository{Scope: scope, Name: "web-2"}); return nil })
	inventory := &Inventory{}
	shows := func(images int, bytes int64) {
		t.Helper()
		stocks := inventory.Stocks(s.Read())
		want := []Stock{{stocks[0].Repository, images, bytes}, {stocks[1].Repository, 0, 0}}
		if stocks[0].Repository.Name != "web" || !slices.Equal(stocks, want) {
			t.Errorf("%+v, want %d images of %d bytes in web, and none in web-2", stocks, images, bytes)
		}
	}
	shows(0, 0)
	s.upload("layer", "other", "config")
	for name, layer := range map[string]string{"one": "layer", "two": "other"} {
		if _, err := s.push(name, "v1", imageOf(layer, "config")); err != nil {
			t.Fatal(err)
		}
	}
	shows(2, 22)
	before := inventory.Stocks(s.Read())
	s.do(func(tx *store.Tx) error { AddLayer(tx, web, digestOf("more"), 4, start); return nil })
	if after := inventory.Stocks(s.Read()); &after[0] != &before[0] {
		t.Error("it counts again although no image has changed")
	}
	s.do(func(tx *store.Tx) error {
		Delete(tx, web, Images.Find(tx, web, digestOf("one")), start)
		return nil
	})
	shows(1, 11)
}
