package wire

import (
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Union is a union interface of the SDK with the structs that are its members.
type Union struct {
	of      reflect.Type
	members []reflect.Type
}

// UnionOf makes a union of the interface U, of which the zero values of members are given.
func UnionOf[U any](members ...any) Union {
	u := Union{of: reflect.TypeFor[U]()}
	for _, m := range members {
		u.members = append(u.members, reflect.TypeOf(m))
	}
	return u
}

// unionMembers are the structs that are members of a union, nil if a type is none.
func (c *Codec) unionMembers(t reflect.Type) []reflect.Type {
	if own := c.unions[t]; own != nil {
		return own
	}
	return unions[t]
}

// unions maps each union interface of the SDK to its member structs. Reflection
// can't list the types that implement an interface, so this table stands by hand. It
// has those of ECS; those of other services are given to their codecs.
var unions = map[reflect.Type][]reflect.Type{
	reflect.TypeFor[types.DescribeGatewayConfiguration](): {
		reflect.TypeFor[types.DescribeGatewayConfigurationMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayConfiguration](): {
		reflect.TypeFor[types.GatewayConfigurationMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayConnectionResources](): {
		reflect.TypeFor[types.GatewayConnectionResourcesMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayElbAccessLogDestination](): {
		reflect.TypeFor[types.GatewayElbAccessLogDestinationMemberS3]()},
	reflect.TypeFor[types.GatewayInfrastructureResources](): {
		reflect.TypeFor[types.GatewayInfrastructureResourcesMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayRouteResources](): {
		reflect.TypeFor[types.GatewayRouteResourcesMemberHostSharedAlb]()},
	reflect.TypeFor[types.ServiceConnectContainerConfiguration](): {
		reflect.TypeFor[types.ServiceConnectContainerConfigurationMemberLogLevel]()},
	reflect.TypeFor[types.SharingStrategy](): {
		reflect.TypeFor[types.SharingStrategyMemberNvidiaMps]()},
	reflect.TypeFor[types.UpdateGatewayConfiguration](): {
		reflect.TypeFor[types.UpdateGatewayConfigurationMemberHostSharedAlb]()},
}

// unionMember is one alternative of a union: a struct with a field Value.
type unionMember struct {
	name  string
	key   string
	typ   reflect.Type
	index int   // of the field Value
	value *node // of the same
}

func (b *builder) unionMembers(union reflect.Type) []unionMember {
	var members []unionMember
	for _, t := range b.codec.unionMembers(union) {
		value, _ := t.FieldByName("Value")
		name := b.codec.memberName(union, strings.TrimPrefix(t.Name(), union.Name()+"Member"))
		members = append(members, unionMember{
			name:  name,
			key:   `"` + name + `":`,
			typ:   t,
			index: value.Index[0],
			value: b.node(value.Type),
		})
	}
	return members
}

// appendUnion writes {"member":value}; nothing for nil and for members this
// version of the SDK does not know.
func (n *node) appendUnion(buf []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return buf
	}
	set := v.Elem()
	if set.Kind() != reflect.Pointer || set.IsNil() {
		return buf
	}
	for i := range n.members {
		m := &n.members[i]
		if m.typ != set.Type().Elem() {
			continue
		}
		buf = append(append(buf, '{'), m.key...)
		return append(m.value.append(buf, set.Elem().Field(m.index)), '}')
	}
	return buf
}

// union reads {"member":value}. A member that this version does not know is
// skipped like any unknown member, which leaves the union nil.
func (d *decoder) union(n *node, v reflect.Value) error {
	return d.object(func(key []byte) error {
		for i := range n.members {
			m := &n.members[i]
			if m.name != string(key) {
				continue
			}
			if d.peek() == 'n' {
				return d.literal("null")
			}
			set := reflect.New(m.typ)
			had := len(d.violations)
			if err := d.value(m.value, set.Elem().Field(m.index)); err != nil {
				return under(m.name, err)
			}
			d.locate(had, m.name)
			v.Set(set)
			return nil
		}
		return d.skip()
	})
}
