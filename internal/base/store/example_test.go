package store_test

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Queue is a row of another service than ECS.
type Queue struct {
	URL, Owner string
}

// The table declares itself, beside its row.
var (
	queues        = store.NewTable("queue", func(q *Queue) string { return q.URL })
	queuesByOwner = queues.Index(func(q *Queue) string { return q.Owner })
)

func Example() {
	s, err := store.Open(store.Options{}) // in memory; with a Path also on disk
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	watch := s.Watch(0, store.OnKeys(queues))
	defer watch.Close()

	err = s.Update(func(tx *store.Tx) error {
		queues.Put(tx, &Queue{URL: "/orders", Owner: "shop"})
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range queuesByOwner.List(s.Read(), "shop") {
		fmt.Println(q.Owner, "owns", q.URL)
	}
	// Output: shop owns /orders
}
