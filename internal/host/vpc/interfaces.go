package vpc

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SecurityGroups says what becomes of the rules of security groups.
type SecurityGroups string

// Values of SecurityGroups.
const (
	// GroupsFilter filters, but lets in connections from the engine's host and from containers
	// on the network that are not the emulator's.
	GroupsFilter SecurityGroups = "on"
	// GroupsStrict holds these to the rules as well.
	GroupsStrict SecurityGroups = "strict"
	// GroupsOff filters nothing.
	GroupsOff SecurityGroups = "off"
)

type InterfaceOptions struct {
	Store *store.Store
	// Mode says what becomes of the rules of security groups.
	Mode SecurityGroups
}

// Interfaces are the network interfaces of tasks, container instances and load balancers: which
// security groups they have, and what engines have been told to let pass there. It follows the
// rows of groups and the interfaces themselves; a change costs what it changes. Its methods may
// be called by many goroutines at once.
type Interfaces struct {
	InterfaceOptions

	mu      sync.Mutex
	owners  addressOwners
	byOwner map[string]*netInterface          // by ARN
	sets    map[string]*groupSet              // by their key
	having  map[string]map[*groupSet]struct{} // by group: sets that it is in
	naming  map[string]map[*groupSet]struct{} // by group: sets whose rules name it
	listing map[string]map[*groupSet]struct{} // by prefix list: likewise
	ranges  map[string]netip.Prefix           // of VPCs that have had interfaces, by id
	loops   map[*Networks]*loop
	held    int // who is about to tell of many members
}

// groupSet is security groups that interfaces have together. These let the same pass.
type groupSet struct {
	key        string
	scope      arn.Scope
	groups     []string // ids, sorted
	vpc        string   // the id of the VPC that they are in; empty if they are in none
	interfaces map[*Networks]map[*netInterface]struct{}
	read       bool // named and open are those of the rows as they are
	compiled   bool // and filter is, and that of the members
	open       bool // everything passes, whichever the members are
	filter     *backend.Filter
	handle     *backend.Filter // that leads to the former
	named      []string        // groups and prefix lists, as keys
}

// netInterface is a network interface. The lock of interfaces protects what changes.
type netInterface struct {
	network *Networks
	owner   string
	address netip.Addr
	set     *groupSet

	telling chan struct{} // full while the engine is told
	stuck   bool          // and has been for long: others do not wait for it
	again   bool          // it is to be told later, as it could not be
	failing bool          // it could not be told the last time
	sandbox string        // empty until it has started
	since   time.Time     // when the engine started it: its life
	life    int           // counts its lives
	known   bool          // told is what holds
	told    *backend.Filter
}

// NewInterfaces makes Interfaces without any.
func NewInterfaces(o InterfaceOptions) *Interfaces {
	return &Interfaces{
		InterfaceOptions: o, byOwner: map[string]*netInterface{}, sets: map[string]*groupSet{}, having: map[string]map[*groupSet]struct{}{},
		owners: newAddressOwners(), naming: map[string]map[*groupSet]struct{}{}, listing: map[string]map[*groupSet]struct{}{},
		ranges: map[string]netip.Prefix{}, loops: map[*Networks]*loop{},
	}
}

// Join notes an interface in a network, with its groups and its address; another one of its
// owner goes. Interfaces with rules that name its groups let it in from now on.
func (all *Interfaces) Join(in *Networks, owner string, scope arn.Scope, groups []string, address netip.Addr) {
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	key := scope.Prefix() + strings.Join(groups, " ")
	all.mu.Lock()
	defer all.mu.Unlock()
	all.owners.add(owner, address)
	if all.Mode == GroupsOff || len(groups) == 0 || !address.IsValid() {
		return
	}
	if i := all.byOwner[owner]; i != nil {
		if i.network == in && i.address == address && i.set.key == key {
			return
		}
		all.remove(i)
	}
	set := all.sets[key]
	if set == nil {
		set = all.newSet(key, scope, groups)
	}
	all.enterVPC(set)
	i := &netInterface{network: in, owner: owner, address: address, set: set, telling: make(chan struct{}, 1)}
	all.byOwner[owner] = i
	put(set.interfaces, in, i)
	all.membersChanged(set)
}

func (all *Interfaces) newSet(key string, scope arn.Scope, groups []string) *groupSet {
	set := &groupSet{key: key, scope: scope, groups: groups, interfaces: map[*Networks]map[*netInterface]struct{}{}}
	set.handle = &backend.Filter{Now: func() *backend.Filter {
		all.mu.Lock()
		defer all.mu.Unlock()
		return all.filterOf(set)
	}}
	all.sets[key] = set
	for _, id := range groups {
		put(all.having, ec2network.SecurityGroupKey(scope, id), set)
	}
	return set
}

// Leave forgets the interface of an owner. It is called before its address is given back; none
// is harmless.
func (all *Interfaces) Leave(owner string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.owners.remove(owner)
	if i := all.byOwner[owner]; i != nil {
		all.remove(i)
	}
}

// LeaveAt is Leave for an interface that has an address, and for no other one of the owner.
func (all *Interfaces) LeaveAt(owner string, address netip.Addr) {
	all.mu.Lock()
	has := all.owners.addresses[owner]
	all.mu.Unlock()
	if has == address {
		all.Leave(owner)
	}
}

func (all *Interfaces) remove(i *netInterface) {
	set := i.set
	delete(all.byOwner, i.owner)
	take(set.interfaces, i.network, i)
	i.sandbox = ""
	all.membersChanged(set)
	if len(set.interfaces) > 0 {
		return
	}
	delete(all.sets, set.key)
	for _, l := range all.loops {
		delete(l.due, set)
	}
	for _, id := range set.groups {
		take(all.having, ec2network.SecurityGroupKey(set.scope, id), set)
	}
	all.forgetNamed(set)
}

// OwnersOf are the owners of interfaces with an address, in order. VPCs may have the same ranges,
// so there may be several.
func (all *Interfaces) OwnersOf(address netip.Addr) []string {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.owners.of(address)
}

// forgetNamed forgets what the rules of a set name. The lock is held.
func (all *Interfaces) forgetNamed(set *groupSet) {
	for _, key := range set.named {
		take(all.naming, key, set)
		take(all.listing, key, set)
	}
	set.named = nil
}

// membersChanged has those looked at again whose rules name one of the groups of a set.
func (all *Interfaces) membersChanged(set *groupSet) {
	for _, id := range set.groups {
		for other := range all.naming[ec2network.SecurityGroupKey(set.scope, id)] {
			all.mark(other)
		}
	}
}

// RulesChanged has the interfaces looked at again that have a group, or rules that name a
// prefix list, by the key of its row.
func (all *Interfaces) RulesChanged(key string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, concerned := range [...]map[*groupSet]struct{}{all.having[key], all.listing[key]} {
		for set := range concerned {
			set.read = false
			all.mark(set)
		}
	}
}

// mark has a set looked at on each engine that has such interfaces. The lock is held.
func (all *Interfaces) mark(set *groupSet) {
	set.compiled = false
	for network := range set.interfaces {
		all.loop(network).add(set)
	}
}

func put[K, T comparable](index map[K]map[T]struct{}, key K, value T) {
	if index[key] == nil {
		index[key] = map[T]struct{}{}
	}
	index[key][value] = struct{}{}
}

func take[K, T comparable](index map[K]map[T]struct{}, key K, value T) {
	if delete(index[key], value); len(index[key]) == 0 {
		delete(index, key)
	}
}
