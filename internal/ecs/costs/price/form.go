package price

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// form is what an object may have: figures, where it is nil, or further objects. A member * stands for any name.
type form map[string]form

var (
	byArchitecture = form{"vCPUHour": nil, "gbHour": nil}
	byCapacity     = form{"X86_64": byArchitecture, "ARM64": byArchitecture, "storageGBHour": nil}
	byType         = form{"application": nil, "network": nil}
	regionForm     = form{
		"FARGATE": byCapacity, "FARGATE_SPOT": byCapacity, "EC2": {"*": nil}, "loadBalancerHour": byType, "capacityUnitHour": byType,
		"publicIPv4Hour": nil, "natGatewayHour": nil, "logsGB": nil,
	}
	tableForm = form{"source": nil, "asOf": nil, "currency": nil, "regions": {"*": regionForm}}
)

// regionName is how AWS names regions.
var regionName = lazyregexp.New(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)

// readTable reads a table in the form of --prices.
func readTable(d *document, root *node) (t *Table, err error) {
	t = &Table{figures: map[string]map[What]int64{}}
	if err := d.known(root, tableForm, "the table"); err != nil {
		return nil, err
	}
	if t.source, err = d.optional(root, "source"); err != nil {
		return nil, err
	}
	if t.asOf, err = d.optional(root, "asOf"); err != nil {
		return nil, err
	}
	if _, wrong := time.Parse(time.DateOnly, t.asOf); t.asOf != "" && wrong != nil {
		return nil, d.wrong(root.get("asOf").at, "asOf %q is no date such as 2026-09-29", t.asOf)
	}
	currency, err := d.optional(root, "currency")
	switch {
	case err != nil:
		return nil, err
	case root.get("currency") == nil:
		return nil, d.wrong(root.at, `currency is missing: the table needs "currency": "USD"`)
	case currency != "USD":
		return nil, d.wrong(root.get("currency").at, "currency %q is not USD, in which all costs are", currency)
	}
	regions := root.get("regions")
	if regions == nil {
		return nil, d.wrong(root.at, "regions is missing: the table needs the prices of one")
	}
	return t, d.regions(regions, t)
}

func (d *document) regions(regions *node, t *Table) error {
	if err := d.known(regions, tableForm["regions"], "regions"); err != nil {
		return err
	}
	for _, name := range regions.names {
		if !regionName.MatchString(name) {
			return d.wrong(regions.members[name].at, "%q is no region such as us-east-1", name)
		}
		t.figures[name] = map[What]int64{}
		if err := d.figures(regions.get(name), regionForm, name, "", t.figures[name]); err != nil {
			return err
		}
	}
	return nil
}

// figures reads the figures in an object, and in the objects that it has. The object has a name for errors, and a prefix for what its
// figures are.
func (d *document) figures(of *node, may form, name, prefix string, to map[What]int64) error {
	if err := d.known(of, may, name); err != nil {
		return err
	}
	for _, member := range of.names {
		inner, value := may.of(member), of.get(member)
		if inner != nil {
			if err := d.figures(value, inner, member, prefix+member+"/", to); err != nil {
				return err
			}
			continue
		}
		if value.kind != "number" {
			return d.wrong(value.at, "%s is no number of dollars such as 0.04048, but JSON's %s", member, value.kind)
		}
		nano, err := readAmount(value.text)
		if err != nil {
			return d.wrong(value.at, "%s %s %v", member, value.text, err)
		}
		to[What(prefix+member)] = nano
	}
	return nil
}

func (f form) of(name string) form {
	if inner, is := f[name]; is {
		return inner
	}
	return f["*"]
}

// known refuses what is no object, and members that the form does not have.
func (d *document) known(n *node, may form, name string) error {
	if n.kind != "object" {
		return d.wrong(n.at, "%s is no object, but JSON's %s", name, n.kind)
	}
	if _, anything := may["*"]; anything {
		return nil
	}
	for _, member := range n.names {
		if _, is := may[member]; !is {
			return d.wrong(n.members[member].at, "%s has no member %q, but %s", name, member, strings.Join(slices.Sorted(maps.Keys(may)), ", "))
		}
	}
	return nil
}

// optional is a member that is a string, "" if it is not there.
func (d *document) optional(of *node, name string) (string, error) {
	switch n := of.get(name); {
	case n == nil:
		return "", nil
	case n.kind != "string":
		return "", d.wrong(n.at, "%s is no string, but JSON's %s", name, n.kind)
	default:
		return n.text, nil
	}
}
