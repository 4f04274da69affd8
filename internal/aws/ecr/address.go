package ecr

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostAddresses is how many former addresses names are read by: an emulator whose port is a free one has many.
const mostAddresses = 16

// address is where engines have reached the registry. Task definitions keep names with the addresses of before.
type address struct {
	Host string
	At   time.Time // when it was found last
}

var addresses = store.NewTable("ecr-address", func(a *address) string { return a.Host })

// KeepAddress keeps an address of the registry in place of the oldest one.
func KeepAddress(tx *store.Tx, host string, now time.Time) {
	addresses.Put(tx, &address{host, now})
	all := addresses.All(tx)
	if len(all) > mostAddresses {
		addresses.Delete(tx, slices.MinFunc(all, func(a, b *address) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Host, b.Host)) }))
	}
}

// Addresses are where engines have reached the registry, now or before.
func Addresses(tx *store.Tx) (hosts []string) {
	for _, a := range addresses.All(tx) {
		hosts = append(hosts, a.Host)
	}
	return hosts
}
