package app

import (
	"context"
	"net"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// inTasks is where tasks reach the registry.
var inTasks = net.JoinHostPort(backend.RelayName, strconv.Itoa(backend.RelayPort))

// newAddress finds where the engine reaches the registry, when it is asked first.
func (i *Images) newAddress() *imagepull.Address {
	o := imagepull.AddressOptions{Own: i.FixedAddress, Log: i.Log, Found: func(host string) {
		_ = i.Store.Update(func(tx *store.Tx) error { // a store that takes no change says so by itself
			ecr.KeepAddress(tx, host, i.Clock.Now())
			return nil
		})
	}}
	if o.Own == "" {
		o.Engine, o.Own = i.Engine.RegistryHost(), i.OwnAddress
	}
	return imagepull.NewAddress(o)
}

// Address is where the engine reaches the registry: "127.0.0.1:4577".
func (i *Images) Address(ctx context.Context) string { return i.address.Find(ctx) }

// PortNeeded is the port of its host's loopback address by which an engine is to reach the registry, or 0: it gets to the
// endpoint itself.
func (i *Images) PortNeeded(ctx context.Context) uint16 { return i.address.Needed(ctx) }

func (i *Images) naming() ecr.Naming {
	return ecr.Naming{Home: i.Scope, Address: i.Address, AWS: i.AWSURIs}
}

// URI is where a repository of the emulator's account and region is, which need not be there.
func (i *Images) URI(ctx context.Context, name string) string {
	return i.naming().URI(ctx, &ecr.Repository{Scope: i.Scope, Name: name})
}

// hosts are the hosts by which names of images mean the registry. The engine pulls from the first one.
func (i *Images) hosts() []string { return append(i.hostsNow(), i.hostsEver(i.Store.Read())...) }

// hostsNow are where the registry is.
func (i *Images) hostsNow() []string {
	return append(withLocalhost(i.address.Best(), i.OwnAddress), inTasks)
}

// hostsEver are where engines have reached the registry. Another one may be there now.
func (i *Images) hostsEver(tx *store.Tx) []string { return withLocalhost(ecr.Addresses(tx)...) }

// withLocalhost adds the other name of the loopback address.
func withLocalhost(addresses ...string) (hosts []string) {
	for _, host := range addresses {
		hosts = append(hosts, host)
		if port, loopback := strings.CutPrefix(host, "127.0.0.1:"); loopback {
			hosts = append(hosts, "localhost:"+port)
		}
	}
	return hosts
}

// InRegistry reports whether an image has a name of the registry: at a host where that is now, which need not have the image,
// or at one of before in a repository to which something was pushed, as [imagepull.Registry.Choose] has it.
func (i *Images) InRegistry(image string) bool {
	if host, _, more := strings.Cut(image, "/"); !more || !strings.Contains(host, ":") {
		return false // most names have no host with a port, and need no look at the rows
	}
	if ecr.IsAt(i.hostsNow(), image) {
		return true
	}
	tx := i.Store.Read()
	name, ok := ecr.ReadImageName(image, i.Scope, i.hostsEver(tx))
	return ok && name.Pushed(tx) != nil
}
