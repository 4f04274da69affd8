package app

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// inTasks is where tasks reach the registry.
var inTasks = net.JoinHostPort(backend.RelayName, strconv.Itoa(backend.RelayPort))

// findAddresses finds where each engine reaches the registry, when it is asked first.
func (i *Images) findAddresses() {
	i.addresses = map[string]*imagepull.Address{}
	for _, one := range i.Engine.set.All() {
		o := imagepull.AddressOptions{Own: i.FixedAddress, Log: i.Engine.logOf(one), Found: func(host string) {
			_ = i.Store.Update(func(tx *store.Tx) error { // a store that takes no change says so by itself
				ecr.KeepAddress(tx, host, i.Clock.Now())
				return nil
			})
		}}
		if o.Own == "" {
			o.Engine, o.Own = one.RegistryHost(), i.OwnAddress
		}
		i.addresses[one.Name] = imagepull.NewAddress(o)
	}
	i.address = i.addresses[i.Engine.set.First().Name]
}

// Address is where the first engine reaches the registry, which users are told: "127.0.0.1:4577".
func (i *Images) Address(ctx context.Context) string { return i.address.Find(ctx) }

// addressOn is where the engine with a name reaches the registry.
func (i *Images) addressOn(ctx context.Context, engine string) string {
	if at := i.addresses[engine]; at != nil {
		return at.Find(ctx)
	}
	return i.Address(ctx)
}

// isLogin reports whether a login is one by which an engine shows that it gets here.
func (i *Images) isLogin(user, password string, overRelay bool) (is bool) {
	for _, at := range i.addresses {
		is = at.IsLogin(user, password, overRelay) || is
	}
	return is
}

// Listen takes the connections of the hosts of engines to the registry, over relays that may be made at once.
func (i *Images) Listen() (all []net.Listener) {
	for _, one := range i.Engine.set.All() {
		if host := one.RegistryHost(); host != nil && i.FixedAddress == "" {
			all = append(all, host.ListenRegistry(i.addresses[one.Name].Needed))
		}
	}
	return all
}

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
	var found []string
	for _, one := range i.Engine.set.All() {
		if at := i.addresses[one.Name].Best(); !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	return append(withLocalhost(append(found, i.OwnAddress)...), inTasks)
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
